/** "All the file types except .exe", in every disguise that a system would run all the same; and what only looks like one. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { mustRefuse, rawFile, rawForm } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, mustJson, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant
let attachments: string

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  attachments = `/Leads/${tenant.leadId}/Attachments`
})
after(() => server.stop())

const REFUSED: readonly (readonly [disguise: string, name: string])[] = [
  ['none', 'a.exe'],
  ['upper case', 'A.EXE'],
  ['mixed case', 'a.eXe'],
  ['a dot after it', 'a.exe.'],
  ['many dots after it', 'a.exe....'],
  ['a space after it', 'a.exe '],
  ['dots and spaces after it', 'a.exe . . '],
  ['a no-break space after it', 'a.exe\u00a0'],
  ['a double extension', 'a.txt.exe'],
  ['no name before it', '.exe'],
  ['a space inside', 'a. exe'],
  ['the default stream of Windows', 'a.exe::$DATA'],
  ['a right-to-left override', 'a\u202etxt.exe'],
  ['a right-to-left override within', 'a.ex\u202ee'],
  ['a zero-width space', 'a.e\u200bxe'],
  ['a zero-width joiner at the end', 'a.exe\u200d'],
  ['a byte order mark', 'a.exe\ufeff'],
  ['a soft hyphen', 'a.e\u00adxe'],
  ['a variation selector', 'a.ex\ufe0fe'],
  ['an Arabic letter mark', 'a.exe\u061c'],
  ['a tag character', 'a.exe\u{e0041}'],
  ['full-width letters', 'a.ｅｘｅ'],
  ['a full-width dot', 'a．exe'],
  ['mathematical letters', 'a.𝐞𝐱𝐞'],
  ['a folder before it', 'safe.txt/a.exe'],
  ['a Windows folder before it', 'C:\\safe.txt\\a.exe'],
]

const ALLOWED: readonly (readonly [what: string, name: string])[] = [
  ['a text about one', 'a.exe.txt'],
  ['no extension', 'exe'],
  ['letters before it', 'a.notexe'],
  ['letters after it', 'a.exes'],
  ['an archive of one', 'a.exe.zip'],
  ['other programs', 'a.bat'],
  ['other programs too', 'a.msi'],
  ['a percent sign and two digits', 'a.exe%00.txt'],
]

async function namesNow(): Promise<string[]> {
  const response = await tenant.zoho(attachments)
  if (response.status === 204) return []
  return (await mustJson<{ data: { File_Name: string }[] }>(response, 200)).data.map((row) => row.File_Name)
}

describe('refused', () => {
  for (const [disguise, name] of REFUSED) {
    test(disguise, async () => {
      const before = await namesNow()
      await mustRefuse(await tenant.zoho(attachments, rawForm(rawFile(name, 'MZ'))), {
        status: 400,
        code: 'INVALID_DATA',
        message: 'invalid file type',
      })
      assert.deepEqual(await namesNow(), before)
    })
  }

  test('by its extended name', async () => {
    const disposition = `Content-Disposition: form-data; name="file"; filename="a.txt"; filename*=UTF-8''a%2Eexe`
    const before = await namesNow()
    const response = await tenant.zoho(attachments, rawForm({ head: [disposition], body: 'MZ' }))
    assert.equal(response.status, 400, await response.text())
    assert.deepEqual(await namesNow(), before)
  })

  for (const name of ['a.exe\0.txt', 'a.exe\0', 'a.txt\0.exe']) {
    test(`NUL in ${JSON.stringify(name)}`, async () => {
      const before = await namesNow()
      const response = await tenant.zoho(attachments, rawForm(rawFile(name, 'MZ')))
      assert.equal(response.status, 400, await response.text())
      assert.deepEqual(await namesNow(), before)
    })
  }
})

describe('taken', () => {
  for (const [what, name] of ALLOWED) {
    test(`${what}: ${name}`, async () => {
      const response = await tenant.zoho(attachments, rawForm(rawFile(name, 'MZ')))
      assert.equal(response.status, 200, await response.text())
      assert.ok((await namesNow()).includes(name))
    })
  }

  test('a program under another name: only the name is judged', async () => {
    const head = ['Content-Disposition: form-data; name="file"', 'Content-Type: application/x-msdownload']
    const response = await tenant.zoho(attachments, rawForm({ head, body: 'MZ' }))
    assert.equal(response.status, 200, await response.text())
  })
})
