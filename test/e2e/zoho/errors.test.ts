/** Every error row of the reference page "Upload an Attachment", but the two that come with accounts; and the other refusals. */
import assert from 'node:assert/strict'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { form, MEBIBYTE, mustRefuse, rawFile, rawForm, streamedForm, type Refusal } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, createToken, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant
let scopeless: string

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  scopeless = await createToken(server, tenant.org, 'zoho', 'ZohoCRM.modules.leads.ALL')
})
after(() => server.stop())

interface Row extends Refusal {
  readonly name: string
  readonly ask: () => Promise<Response>
}

const small = () => form(['file', new File(['small'], 'small.txt')])
const lead = () => `/Leads/${tenant.leadId}/Attachments`
const bearing = (token: string, init: RequestInit): RequestInit => ({
  ...init,
  headers: { authorization: `Zoho-oauthtoken ${token}` },
})

const PAGE: readonly Row[] = [
  {
    name: 'INVALID_MODULE: no such module',
    ask: () => tenant.zoho(`/Leadz/${tenant.leadId}/Attachments`, small()),
    status: 400,
    code: 'INVALID_MODULE',
    message: 'The module name given seems to be invalid',
  },
  ...['Documents', 'Projects', 'documents'].map((module) => ({
    name: `INVALID_MODULE: ${module}`,
    ask: () => tenant.zoho(`/${module}/${tenant.leadId}/Attachments`, small()),
    status: 400,
    code: 'INVALID_MODULE',
    message: 'The given module is not supported in API',
  })),
  ...['/Leads/1/Attachment', '/Leads/1/Attachments/2/3', '/Leads/1/attachments', '/%zz/1/Attachments'].map((path) => ({
    name: `INVALID_URL_PATTERN: ${path}`,
    ask: () => tenant.zoho(path, small()),
    status: 404,
    code: 'INVALID_URL_PATTERN',
    message: 'Please check if the URL trying to access is a correct one',
  })),
  {
    name: 'OAUTH_SCOPE_MISMATCH',
    ask: () => tenant.zoho(lead(), bearing(scopeless, small())),
    status: 401,
    code: 'OAUTH_SCOPE_MISMATCH',
    message: 'Unauthorized',
  },
  ...['PUT', 'PATCH'].map((method) => ({
    name: `INVALID_REQUEST_METHOD: ${method}`,
    ask: () => tenant.zoho(lead(), { ...small(), method }),
    status: 400,
    code: 'INVALID_REQUEST_METHOD',
    message: 'The http request method type is not a valid one',
  })),
  ...['1000000000000000001', '1', 'not-a-number', '..%2f..'].map((id) => ({
    name: `INVALID_DATA: no record ${id}`,
    ask: () => tenant.zoho(`/Leads/${id}/Attachments`, small()),
    status: 400,
    code: 'INVALID_DATA',
    message: 'the related id given seems to be invalid',
  })),
  {
    name: 'INVALID_DATA: a record of another module',
    ask: () => tenant.zoho(`/Leads/${tenant.contact.zoho}/Attachments`, small()),
    status: 400,
    code: 'INVALID_DATA',
    message: 'the related id given seems to be invalid',
  },
  {
    name: 'INVALID_DATA: .exe',
    ask: () => tenant.zoho(lead(), form(['file', new File(['MZ'], 'setup.exe')])),
    status: 400,
    code: 'INVALID_DATA',
    message: 'invalid file type',
  },
  {
    name: 'FILE_SIZE_MORE_THAN_ALLOWED_SIZE',
    ask: () => tenant.zoho(lead(), streamedForm('file', 'large.bin', 100 * MEBIBYTE + 1)),
    status: 400,
    code: 'FILE_SIZE_MORE_THAN_ALLOWED_SIZE',
    message: 'please check if the file size is in the correct range',
  },
]

describe('the reference page', () => {
  for (const { name, ask, ...refusal } of PAGE) {
    test(name, async () => {
      await mustRefuse(await ask(), refusal)
    })
  }

  test('INTERNAL_ERROR when the store fails, and all is well when it is mended', async () => {
    const incoming = join(server.folder, 'blobs', 'incoming')
    const large = () => tenant.zoho(lead(), streamedForm('file', 'larger-than-a-row.bin', 300_000))
    const before = await (await tenant.zoho(lead())).text()
    await rename(incoming, `${incoming}.away`)
    await mustRefuse(await large(), { status: 500, code: 'INTERNAL_ERROR', message: 'Internal Server Error' })
    assert.equal(await (await tenant.zoho(lead())).text(), before)
    await rename(`${incoming}.away`, incoming)
    assert.equal((await large()).status, 200)
  })
})

const NO_FILE = { status: 400, code: 'INVALID_DATA', message: 'the request does not contain any file' }
const post = (body: Exclude<RequestInit['body'], undefined>, type?: string): RequestInit => ({
  method: 'POST',
  body,
  ...(type === undefined ? {} : { headers: { 'content-type': type } }),
})

const OTHERS: readonly Row[] = [
  {
    name: 'a token that nobody has',
    ask: () => tenant.zoho(lead(), bearing('1000.a.b', small())),
    status: 401,
    code: 'INVALID_TOKEN',
    message: 'invalid oauth token',
  },
  {
    name: 'no token',
    ask: () => fetch(`${server.origin}/crm/v2${lead()}`, small()),
    status: 401,
    code: 'AUTHENTICATION_FAILURE',
    message: 'Authentication failed',
  },
  { name: 'no body', ask: () => tenant.zoho(lead(), post(null)), ...NO_FILE },
  { name: 'an empty body', ask: () => tenant.zoho(lead(), post('', 'multipart/form-data; boundary=b')), ...NO_FILE },
  { name: 'JSON', ask: () => tenant.zoho(lead(), post('{"file":"x"}', 'application/json')), ...NO_FILE },
  { name: 'bare bytes', ask: () => tenant.zoho(lead(), post(Buffer.from('bytes'))), ...NO_FILE },
  { name: 'no boundary', ask: () => tenant.zoho(lead(), post('--b\r\n', 'multipart/form-data')), ...NO_FILE },
  { name: 'a form without parts', ask: () => tenant.zoho(lead(), rawForm()), ...NO_FILE },
  { name: 'a form of texts', ask: () => tenant.zoho(lead(), form(['title', 'x'], ['file', 'text'])), ...NO_FILE },
  {
    name: 'an urlencoded body without attachmentUrl',
    ask: () => tenant.zoho(lead(), post(new URLSearchParams({ url: 'https://example.com' }))),
    ...NO_FILE,
  },
  {
    name: 'a link that is none',
    ask: () => tenant.zoho(`${lead()}?attachmentUrl=example.com`, post(null)),
    status: 400,
    code: 'INVALID_URL_PATTERN',
    message: 'the given attachment URL is incorrect',
  },
]

describe('besides the page', () => {
  for (const { name, ask, ...refusal } of OTHERS) {
    test(name, async () => {
      await mustRefuse(await ask(), refusal)
    })
  }

  test('the first thing that is wrong is the one that is said', async () => {
    const exe = () => rawForm(rawFile('a.exe'))
    const noToken = await fetch(`${server.origin}/crm/v2/Nothing/1/Attachments`, exe())
    await mustRefuse(noToken, { status: 401, code: 'AUTHENTICATION_FAILURE', message: 'Authentication failed' })
    const noScope = await tenant.zoho('/Nothing/1/Attachments', bearing(scopeless, small()))
    await mustRefuse(noScope, { status: 401, code: 'OAUTH_SCOPE_MISMATCH', message: 'Unauthorized' })
    const noRecord = await tenant.zoho('/Leads/1/Attachments', exe())
    await mustRefuse(noRecord, {
      status: 400,
      code: 'INVALID_DATA',
      message: 'the related id given seems to be invalid',
    })
  })

  test('a form that ends in mid-part says so', async () => {
    const whole = rawForm(rawFile('cut.txt', 'cut off'))
    const body = (whole.body as Buffer<ArrayBuffer>).subarray(0, -12)
    const response = await tenant.zoho(lead(), { ...whole, body })
    assert.equal(response.status, 400)
    const said = (await response.json()) as Refusal
    assert.equal(said.code, 'INVALID_DATA')
    assert.notEqual(said.message, '')
  })
})
