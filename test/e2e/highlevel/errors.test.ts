// Every error row of HighLevel's reference page and of what is known of its live API, over a socket; and that none leaves anything.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { contactOf, formBody, uploadPath, type Body, type FormPart } from '../../dialects/highlevel/forms.ts'
import { pdf, program } from '../../dialects/highlevel/samples.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, createToken, HIGHLEVEL_SCOPES, jsonBody, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant
let stranger: Tenant
const tokens = { agency: '', expired: '', revoked: '', noScope: '' }

before(async () => {
  server = await startServer({ args: ['--log-level', 'warn'] })
  tenant = await createTenant(server)
  stranger = await createTenant(server, 'Stranger')
  const { org, agency } = tenant
  tokens.noScope = await createToken(server, org, 'private', 'contacts.readonly')
  tokens.expired = await createToken(server, org, 'private', HIGHLEVEL_SCOPES, '--expires-in', '1')
  tokens.revoked = await createToken(server, org, 'private', HIGHLEVEL_SCOPES, '--label', 'to be revoked')
  const all = await server.cli<{ id: string; label: string }[]>('token', 'list', '--org', org)
  await server.cli('token', 'revoke', all.find(({ label }) => label === 'to be revoked')?.id ?? '')
  const made = ['token', 'create', '--agency', agency, '--kind', 'private', '--scope', HIGHLEVEL_SCOPES]
  tokens.agency = (await server.cli<{ token: string }>(...made)).token
  await new Promise((resolve) => setTimeout(resolve, 1_100))
})
after(() => server.stop())

interface Row {
  readonly path?: () => string
  readonly init?: () => RequestInit
  readonly headers?: () => Record<string, string>
  readonly parts?: () => readonly FormPart[]
  readonly status: number
  readonly error: string
  /** The very text, or what it must match where the contract leaves the words open. */
  readonly message: string | readonly string[] | RegExp
  readonly hint?: RegExp
}

const [badRequest, unauthorized, forbidden] = ['Bad Request', 'Unauthorized', 'Forbidden']
const unprocessable = { status: 422, error: 'Unprocessable Entity' }
const unfound = 'the_part_is_here'
const good = (): FormPart => ({ name: `${tenant.fieldId}_1`, filename: 'a.pdf', type: 'application/pdf', bytes: pdf })
const bearer = (token: string) => () => ({ authorization: `Bearer ${token}` })
const at = (query: () => string) => () => `/forms/upload-custom-files?${query()}`
const body = (text: string, type: string) => () => ({ method: 'POST', body: text, headers: { 'content-type': type } })
const badToken = { status: 401, error: unauthorized, message: 'Invalid token: access token is invalid' }
const badPrivate = { status: 401, error: unauthorized, message: 'Invalid Private Integration token' }
const outsideScope = { status: 401, error: unauthorized, message: 'The token is not authorized for this scope.' }
const outsideLocation = {
  status: 403,
  error: forbidden,
  message: 'The token does not have access to this location.',
}
const bad = (message: string | RegExp, hint?: RegExp) => ({
  status: 400,
  error: badRequest,
  message,
  ...(hint && { hint }),
})

const rows: Readonly<Record<string, Row>> = {
  'no Authorization': {
    headers: () => ({ authorization: '' }),
    status: 401,
    error: unauthorized,
    message: /No access token came .* Authorization header/,
  },
  'another scheme than Bearer': {
    headers: () => ({ authorization: `Basic ${tenant.highlevelToken}` }),
    status: 401,
    error: unauthorized,
    message: /Authorization header/,
  },
  'an unknown token': { headers: bearer('abc'), ...badToken, hint: /not known here/ },
  'something like a JWT': { headers: bearer('a.b.c'), ...badToken },
  'an unknown private token': {
    headers: bearer('pit-11111111-2222-4333-8444-555555555555'),
    ...badPrivate,
    hint: /not known here/,
  },
  'a revoked private token': { headers: () => bearer(tokens.revoked)(), ...badPrivate, hint: /revoked/ },
  'an expired private token': { headers: () => bearer(tokens.expired)(), ...badPrivate, hint: /expired/ },
  'no Version': {
    headers: () => ({ version: '' }),
    status: 401,
    error: unauthorized,
    message: 'version header was not found.',
    hint: /2021-07-28/,
  },
  'an unpublished Version': {
    headers: () => ({ version: '2020-01-01' }),
    status: 401,
    error: unauthorized,
    message: 'version header is invalid',
    hint: /2021-07-28/,
  },
  'a bad token comes before the Version': { headers: () => ({ ...bearer('abc')(), version: '' }), ...badToken },
  'the Version comes before the scope': {
    headers: () => ({ ...bearer(tokens.noScope)(), version: '' }),
    status: 401,
    error: unauthorized,
    message: 'version header was not found.',
  },
  'a scope is missing': { headers: () => bearer(tokens.noScope)(), ...outsideScope, hint: /scope/ },
  'the scope comes before the query': {
    path: () => '/forms/upload-custom-files',
    headers: () => bearer(tokens.noScope)(),
    ...outsideScope,
  },
  "an agency's token": { headers: () => bearer(tokens.agency)(), ...outsideScope, hint: /agency/ },
  'no contactId': {
    path: at(() => `locationId=${tenant.location}`),
    ...unprocessable,
    message: ["contactId can't be empty", 'contactId must be a string'],
  },
  'an empty contactId': {
    path: at(() => `contactId=&locationId=${tenant.location}`),
    ...unprocessable,
    message: ["contactId can't be empty"],
  },
  'no locationId': {
    path: at(() => `contactId=${tenant.contact.highlevel}`),
    ...unprocessable,
    message: ["locationId can't be empty", 'locationId must be a string'],
  },
  'no query at all': {
    path: at(() => ''),
    ...unprocessable,
    message: [
      "contactId can't be empty",
      'contactId must be a string',
      "locationId can't be empty",
      'locationId must be a string',
    ],
  },
  'an unknown query key': {
    path: () => `${uploadPath(tenant)}&opportunityId=1`,
    ...unprocessable,
    message: ['property opportunityId should not exist'],
  },
  'a query key twice': {
    path: () => `${uploadPath(tenant)}&contactId=1`,
    ...unprocessable,
    message: ['contactId must be a string'],
  },
  'the query comes before the location': {
    path: at(() => `locationId=${stranger.location}`),
    ...unprocessable,
    message: ["contactId can't be empty", 'contactId must be a string'],
  },
  'another location': {
    path: at(() => `contactId=${tenant.contact.highlevel}&locationId=${stranger.location}`),
    ...outsideLocation,
    hint: /locationId/,
  },
  'a location that does not exist': {
    path: at(() => `contactId=${tenant.contact.highlevel}&locationId=ve9EPM428h8vShlRW1KT`),
    ...outsideLocation,
  },
  'an unknown contact': {
    path: at(() => `contactId=seD4PfOuKoVMLkEZqohJ&locationId=${tenant.location}`),
    ...bad('Contact with id seD4PfOuKoVMLkEZqohJ not found'),
  },
  'a contact id of no form': {
    path: at(() => `contactId=../x&locationId=${tenant.location}`),
    ...bad('Contact with id ../x not found'),
  },
  'an unknown custom field': {
    parts: () => [{ ...good(), name: `MgobCB14YMVKuE4Ka8p1_${unfound}` }],
    ...bad(/^Custom field with id MgobCB14YMVKuE4Ka8p1 not found: part 1 .*<custom_field_id>_<file_id>/),
  },
  'a part called file': {
    parts: () => [{ ...good(), name: 'file' }],
    ...bad(/^Custom field with id file not found: part 1 "file" must be named <custom_field_id>_<file_id>/),
  },
  'a field of another type': {
    parts: () => [{ ...good(), name: `${tenant.textFieldId}_1` }],
    ...bad(/^Custom field with id \w{20} holds TEXT, not files: part 1 .* FILE_UPLOAD or SIGNATURE/),
  },
  'no file': { parts: () => [], ...bad(/^(No files to upload|The form)/) },
  'no body': { init: () => ({ method: 'POST' }), ...bad(/^No files to upload/) },
  'text parts alone': {
    parts: () => [{ name: 'a', bytes: 'b' }],
    ...bad(/^No files to upload: the form holds no file/),
  },
  'a file without filename and type': {
    parts: () => [{ name: `${tenant.fieldId}_1`, bytes: pdf }],
    ...bad(/^No files to upload: part 1 "\w{20}_1" has neither a filename nor a Content-Type/),
  },
  'a file without filename, of no known type': {
    parts: () => [{ ...good(), name: `${tenant.fieldId}_1`, type: 'application/octet-stream' }].map(withoutName),
    ...bad(/^part 1 .* has no filename, .*application\/octet-stream.*pdf, docx/),
  },
  'a type that is not allowed': {
    parts: () => [{ ...good(), filename: 'a.exe' }],
    ...bad(/^part 1 .* is a \.exe file\. Allowed types: PDF, DOCX, DOC/),
  },
  'content that contradicts its name': {
    parts: () => [{ ...good(), bytes: program }],
    ...bad(/^part 1 .* is named as PDF, but its content is an executable program/),
  },
  'a file that is too large': {
    parts: () => [{ ...good(), filename: 'a.txt', bytes: Buffer.alloc(50 * 1_048_576 + 1, 'x') }],
    status: 413,
    error: 'Payload Too Large',
    message: 'File too large',
    hint: /^part 1 .*52428800 bytes/,
  },
  "the SDK's form turned into JSON": {
    init: () => jsonBody({ [`${tenant.fieldId}_1`]: {} }),
    ...bad(/^The body is application\/json, .*headers: \{ 'Content-Type': 'multipart\/form-data' \}/),
  },
  "the SDK's Buffer turned into JSON": {
    init: () => jsonBody({ [`${tenant.fieldId}_1`]: { type: 'Buffer', data: [37, 80, 68, 70] } }),
    ...bad(/^The body is application\/json/),
  },
  "the SDK's null": { init: body('null', 'application/json'), ...bad(/^The body is application\/json/) },
  'an urlencoded body': {
    init: body('a=b', 'application/x-www-form-urlencoded'),
    ...bad(/^The body is application\/x-www-form-urlencoded/),
  },
  'a Content-Type without a boundary': {
    init: body('--x\r\n\r\n\r\n--x--\r\n', 'multipart/form-data'),
    ...bad(/boundary/),
  },
  "another boundary than the body's": {
    init: body('--x\r\n\r\n\r\n--x--\r\n', 'multipart/form-data; boundary=y'),
    ...bad(/boundary/),
  },
  'a form that ends in mid-part': {
    init: () => {
      const form = formBody([good()])
      return { ...form, body: (form.body as unknown as Buffer).subarray(0, -60) }
    },
    ...bad(/^Part 1 .* breaks off/),
  },
  'an unknown route': {
    path: () => '/nothing/here',
    init: () => ({}),
    headers: () => ({ authorization: '' }),
    status: 404,
    error: 'Not Found',
    message: 'Cannot GET /nothing/here',
  },
  'another case of a route': {
    path: () => `/locations/${tenant.location}/customfields`,
    init: () => ({}),
    status: 404,
    error: 'Not Found',
    message: /^Cannot GET \/locations\/\w{20}\/customfields$/,
  },
  'another method': {
    init: () => ({}),
    status: 404,
    error: 'Not Found',
    message: 'Cannot GET /forms/upload-custom-files',
    hint: /POST/,
  },
  'an unknown document': {
    path: () => '/documents/download/seD4PfOuKoVMLkEZqohJ',
    init: () => ({}),
    headers: () => ({ authorization: '', version: '' }),
    status: 404,
    error: 'Not Found',
    message: /no such attachment/,
  },
}

function withoutName({ filename: _, ...part }: FormPart): FormPart {
  return part
}

for (const [what, row] of Object.entries(rows)) {
  test(what, async () => {
    const before = await contactOf(tenant)
    const init = row.init?.() ?? formBody(row.parts?.() ?? [good()])
    const response = await tenant.highlevel((row.path ?? (() => uploadPath(tenant)))(), {
      ...init,
      headers: { ...(init.headers as Record<string, string> | undefined), ...row.headers?.() },
    })
    const answer = (await response.json()) as Body
    assert.equal(response.status, row.status, JSON.stringify(answer))
    assert.deepEqual(Object.keys(answer), ['statusCode', 'message', 'error', 'traceId'])
    assert.equal(answer.statusCode, row.status)
    assert.equal(answer.error, row.error)
    assert.equal(answer.traceId, response.headers.get('x-request-id'))
    if (row.message instanceof RegExp) assert.match(String(answer.message), row.message)
    else assert.deepEqual(answer.message, row.message)
    if (row.hint) assert.match(response.headers.get('x-dossier-hint') ?? '', row.hint)
    assert.deepEqual(await contactOf(tenant), before)
  })
}

test('every published Version is taken', async () => {
  for (const version of ['2021-04-15', '2021-07-28', '2023-02-21', 'v3']) {
    const { status } = await tenant.highlevel(`/contacts/${tenant.contact.highlevel}`, { headers: { version } })
    assert.equal(status, 200)
  }
})

test('a refused upload leaves no attachment on the record', async () => {
  const listed = await tenant.zoho(`/Contacts/${tenant.contact.zoho}/Attachments?fields=id`)
  assert.equal(listed.status, 204)
})
