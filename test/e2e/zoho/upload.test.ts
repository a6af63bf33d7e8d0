import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { form, mustRefuse, rawFile, rawForm, UNICODE_NAME } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, mustJson, type Tenant } from '../support/tenant.ts'

interface Uploaded {
  readonly data: readonly {
    readonly code: string
    readonly details: { readonly id: string }
    readonly message: string
  }[]
}
interface Listed {
  readonly data: readonly { readonly id: string; readonly File_Name: string; readonly Size: string }[]
}

let server: Server
let tenant: Tenant
let attachments: string

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  attachments = `/Leads/${tenant.leadId}/Attachments`
})
after(() => server.stop())

const NO_FILE = { status: 400, code: 'INVALID_DATA', message: 'the request does not contain any file' }

/** Uploads, and answers what was made of it: name and content, in the order of the answer. */
async function uploaded(init: RequestInit): Promise<{ name: string; content: string }[]> {
  const { data } = await mustJson<Uploaded>(await tenant.zoho(attachments, init), 200)
  const rows = (await mustJson<Listed>(await tenant.zoho(attachments), 200)).data
  return Promise.all(
    data.map(async ({ details }) => ({
      name: rows.find((row) => row.id === details.id)?.File_Name ?? '',
      content: await (await tenant.zoho(`${attachments}/${details.id}`)).text(),
    })),
  )
}

test('a file is answered as on the reference page, key by key', async () => {
  const response = await tenant.zoho(attachments, form(['file', new File(['Hello'], 'hello.txt')]))
  const text = await response.text()
  assert.equal(response.status, 200, text)
  assert.equal(response.headers.get('content-type'), 'application/json;charset=UTF-8')
  const user = String.raw`\{"name":"[^"]*","id":"\d{19}"\}`
  const time = String.raw`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"`
  assert.match(
    text,
    new RegExp(
      `^\\{"data":\\[\\{"code":"SUCCESS","details":\\{"Modified_Time":${time},"Modified_By":${user},"Created_Time":${time},` +
        `"id":"\\d{19}","Created_By":${user}\\},"message":"attachment uploaded successfully","status":"success"\\}\\]\\}\n$`,
    ),
  )
})

test('every part named file becomes an attachment, in the order of the form', async () => {
  const files = await uploaded(
    form(['file', new File(['one'], 'one.txt')], ['note', 'ignored'], ['file', new File(['two'], 'two.txt')]),
  )
  assert.deepEqual(files, [
    { name: 'one.txt', content: 'one' },
    { name: 'two.txt', content: 'two' },
  ])
})

test('one refused file refuses the whole form', async () => {
  const before = await countOf()
  const refused = await tenant.zoho(
    attachments,
    form(['file', new File(['good'], 'good.txt')], ['file', new File(['bad'], 'bad.exe')]),
  )
  await mustRefuse(refused, { status: 400, code: 'INVALID_DATA', message: 'invalid file type' })
  assert.equal(await countOf(), before)
})

test('a file and a link in one form are both attached', async () => {
  const response = await tenant.zoho(
    attachments,
    form(['file', new File(['both'], 'both.txt')], ['attachmentUrl', 'https://example.com/both']),
  )
  const { data } = await mustJson<Uploaded>(response, 200)
  assert.deepEqual(
    data.map(({ message }) => message),
    ['attachment uploaded successfully', 'attachment uploaded successfully'],
  )
})

test('a part without a filename but with a Content-Type is a file', async () => {
  const part = {
    head: ['Content-Disposition: form-data; name="file"', 'Content-Type: application/octet-stream'],
    body: 'a buffer',
  }
  assert.deepEqual(await uploaded(rawForm(part)), [{ name: 'file', content: 'a buffer' }])
})

test('a part named file with neither filename nor Content-Type is no file', async () => {
  await mustRefuse(
    await tenant.zoho(attachments, rawForm({ head: ['Content-Disposition: form-data; name="file"'], body: 'text' })),
    NO_FILE,
  )
})

test('a file under any other part name is no file', async () => {
  const response = await tenant.zoho(attachments, form(['upload', new File(['x'], 'x.txt')]))
  assert.match(response.headers.get('x-dossier-hint') ?? '', /upload/)
  await mustRefuse(response, NO_FILE)
})

for (const [sent, kept] of [
  [UNICODE_NAME, UNICODE_NAME],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\ann\\plan.pdf', 'plan.pdf'],
  ['100%22 sure.txt', '100" sure.txt'],
  ["it's (1) = 50%; *!.txt", "it's (1) = 50%; *!.txt"],
  ['README', 'README'],
] as const) {
  test(`a file sent as ${sent} is kept as ${kept}`, async () => {
    assert.deepEqual(await uploaded(rawForm(rawFile(sent, 'content'))), [{ name: kept, content: 'content' }])
  })
}

test('an empty file is kept, with a Size of "0"', async () => {
  assert.deepEqual(await uploaded(rawForm(rawFile('empty.txt', ''))), [{ name: 'empty.txt', content: '' }])
  const { data } = await mustJson<Listed>(await tenant.zoho(`${attachments}?per_page=1`), 200)
  assert.deepEqual([data[0]?.File_Name, data[0]?.Size], ['empty.txt', '0'])
})

test('a name of more than 255 characters is refused, and says so', async () => {
  const response = await tenant.zoho(attachments, rawForm(rawFile(`${'n'.repeat(252)}.txt`)))
  assert.equal(response.status, 400)
  const body = (await response.json()) as { code: string; message: string }
  assert.equal(body.code, 'INVALID_DATA')
  assert.match(body.message, /256 characters; at most 255/)
})

async function countOf(): Promise<number> {
  const response = await tenant.zoho(`${attachments}?per_page=200`)
  return response.status === 204 ? 0 : ((await response.json()) as Listed).data.length
}
