// Every type on HighLevel's list with a small real file, its other honest names, and what hides behind a name.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { contactOf, filesOf, upload, type FormPart } from '../../dialects/highlevel/forms.ts'
import { page, pdf, png, program, samples, zip } from '../../dialects/highlevel/samples.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant

before(async () => {
  server = await startServer({ args: ['--log-level', 'warn'] })
  tenant = await createTenant(server)
})
after(() => server.stop())

const octets = 'application/octet-stream'
const bytesOf = (extension: string) => samples.find((sample) => sample.extension === extension)?.bytes ?? pdf

/** Under a file id of its own: the same bytes under the same one would change nothing. */
async function send(file: Omit<FormPart, 'name'>) {
  const id = randomUUID()
  return { id, ...(await upload(tenant, [{ name: `${tenant.fieldId}_${id}`, ...file }])) }
}

test('the list has 16 types', () => {
  assert.equal(samples.length, 16)
})

for (const { extension, type, bytes } of samples) {
  test(`${extension} goes in and comes out unchanged`, async () => {
    for (const filename of [`paper.${extension}`, `PAPER.${extension.toUpperCase()}`]) {
      for (const claimed of [type, octets]) {
        const { id, status, body } = await send({ filename, type: claimed, bytes })
        assert.equal(status, 200, JSON.stringify(body))
        const entry = filesOf(body.contact, tenant.fieldId)[id]
        assert.equal(entry?.meta.originalname, filename)
        const download = await fetch(entry?.url ?? '')
        assert.deepEqual(Buffer.from(await download.arrayBuffer()), bytes)
        assert.equal(download.headers.get('x-content-type-options'), 'nosniff')
        assert.match(download.headers.get('content-disposition') ?? '', /^attachment/)
      }
    }
  })
}

const honest: Readonly<Record<string, Omit<FormPart, 'name'>>> = {
  'csv as application/vnd.ms-excel': { filename: 'a.csv', type: 'application/vnd.ms-excel', bytes: 'a;b\r\n' },
  'docx as octet-stream': { filename: 'a.docx', type: octets, bytes: bytesOf('docx') },
  'docx as a zip archive': { filename: 'a.docx', type: 'application/zip', bytes: zip({ 'word/x.xml': '<x/>' }) },
  'an .mpg file': { filename: 'a.mpg', type: 'video/mpeg', bytes: bytesOf('mpeg') },
  'no part type at all': { filename: 'a.pdf', bytes: pdf },
  'a Blob without a name': { filename: 'blob', type: 'image/png', bytes: png },
  'no extension, but a type': { filename: 'scan', type: 'application/pdf', bytes: pdf },
  'two extensions, the last one on the list': { filename: 'a.exe.pdf', type: octets, bytes: pdf },
  'a table saved by Excel as HTML': { filename: 'a.xls', type: octets, bytes: '<html><table></table></html>' },
  'a table whose first column is MZ': { filename: 'a.csv', type: 'text/csv', bytes: 'MZ,Mozambique\r\n' },
  'a text that begins like HTML': { filename: 'a.txt', type: 'text/plain', bytes: '<!DOCTYPE html>' },
  'an empty file': { filename: 'a.pdf', type: 'application/pdf', bytes: '' },
}

for (const [what, file] of Object.entries(honest)) {
  test(`taken: ${what}`, async () => {
    const { status, body } = await send(file)
    assert.equal(status, 200, JSON.stringify(body))
  })
}

const disguised: Readonly<Record<string, Omit<FormPart, 'name'>>> = {
  'a program named .pdf': { filename: 'a.pdf', type: 'application/pdf', bytes: program },
  'a program named .jpg': { filename: 'a.jpg', type: 'image/jpeg', bytes: program },
  'a program named .txt': { filename: 'a.txt', type: 'text/plain', bytes: program },
  'a program named .csv': { filename: 'a.csv', type: 'text/csv', bytes: program },
  'a program named .zip': { filename: 'a.zip', type: 'application/zip', bytes: program },
  '.exe': { filename: 'a.exe', type: 'application/pdf', bytes: program },
  '.pdf.exe': { filename: 'a.pdf.exe', type: 'application/pdf', bytes: pdf },
  '.EXE': { filename: 'A.EXE', type: octets, bytes: pdf },
  'a trailing dot': { filename: 'a.exe.', type: 'application/pdf', bytes: pdf },
  'a trailing space': { filename: 'a.exe ', type: 'application/pdf', bytes: pdf },
  'a right-to-left override': { filename: 'a\u202efdp.exe', type: 'application/pdf', bytes: pdf },
  'HTML named .jpg': { filename: 'a.jpg', type: 'image/jpeg', bytes: page },
  'HTML named .pdf': { filename: 'a.pdf', type: 'application/pdf', bytes: page },
  'XML named .png': { filename: 'a.png', type: 'image/png', bytes: '<?xml version="1.0"?><x/>' },
  'SVG named .gif': { filename: 'a.gif', type: 'image/gif', bytes: bytesOf('svg') },
  'a picture named .pdf': { filename: 'a.pdf', type: 'application/pdf', bytes: png },
  'a picture named .csv': { filename: 'a.csv', type: 'text/csv', bytes: png },
  '.html': { filename: 'a.html', type: 'text/html', bytes: page },
  '.js': { filename: 'a.js', type: 'text/plain', bytes: 'x' },
  'no extension and no useful type': { filename: 'blob', type: octets, bytes: pdf },
  'no extension and a type off the list': { filename: 'a', type: 'text/html', bytes: page },
  'no filename and no useful type': { type: octets, bytes: pdf },
}

for (const [what, file] of Object.entries(disguised)) {
  test(`refused: ${what}`, async () => {
    const before = await contactOf(tenant)
    const { id, status, body } = await send(file)
    assert.equal(status, 400, JSON.stringify(body))
    assert.equal(body.error, 'Bad Request')
    assert.match(String(body.message), new RegExp(`^part 1 "${tenant.fieldId}_${id}" `))
    assert.deepEqual((await contactOf(tenant)).customFields, before.customFields)
  })
}

test('a part without a filename is named after its type', async () => {
  const { id, status, body } = await send({ type: 'application/pdf', bytes: pdf })
  assert.equal(status, 200)
  assert.equal(filesOf(body.contact, tenant.fieldId)[id]?.meta.originalname, 'file.pdf')
})
