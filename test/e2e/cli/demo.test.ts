// The demo: what it writes for programs, and that what it gave out stays good.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startServer, type Server } from '../support/server.ts'

const scratch = mkdtempSync(join(tmpdir(), 'dossier-demo-'))
const folder = join(scratch, 'data')
const file = join(scratch, 'credentials.json')
after(() => rmSync(scratch, { recursive: true, force: true }))

const ZOHO = [
  'orgId',
  'leadId',
  'contactId',
  'userEmail',
  'accessToken',
  'noScopeToken',
  'clientId',
  'clientSecret',
  'refreshToken',
] as const
const HIGHLEVEL = [
  'locationId',
  'contactId',
  'fieldId',
  'textFieldId',
  'token',
  'noScopeToken',
  'agencyToken',
  'otherLocationId',
  'otherContactId',
  'clientId',
  'clientSecret',
  'refreshToken',
] as const

interface Credentials {
  readonly origin: string
  readonly zoho: Record<(typeof ZOHO)[number], string>
  readonly highlevel: Record<(typeof HIGHLEVEL)[number], string>
  readonly native: { readonly token: string }
}

let first: Credentials
/** A refresh token that was good once. */
let used: string

async function demo(
  work: (server: Server, credentials: Credentials) => Promise<void>,
  ...args: string[]
): Promise<void> {
  const server = await startServer({ command: 'demo', folder, args: ['--credentials', file, ...args] })
  try {
    await work(server, JSON.parse(readFileSync(file, 'utf8')) as Credentials)
  } finally {
    assert.equal(await server.stop(), 0)
  }
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

function highlevel(
  { origin, highlevel: { token } }: Credentials,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  return fetch(origin + path, { ...init, headers: { authorization: `Bearer ${token}`, version: '2021-07-28' } })
}

test('credentials have the shape that programs wait for, are private, and are there once it listens', async () => {
  await demo(async (server, credentials) => {
    first = credentials
    assert.deepEqual(Object.keys(credentials), ['origin', 'zoho', 'highlevel', 'native'])
    assert.deepEqual(Object.keys(credentials.zoho), ZOHO)
    assert.deepEqual(Object.keys(credentials.highlevel), HIGHLEVEL)
    assert.deepEqual(Object.keys(credentials.native), ['token'])
    assert.equal(credentials.origin, server.origin)
    assert.equal(modeOf(file), '600')
    assert.equal(modeOf(join(folder, 'demo-credentials.json')), '600')
    assert.equal(modeOf(folder), '700')
    const { zoho } = credentials
    assert.match(zoho.accessToken, /^1000\.[0-9a-f]{32}\.[0-9a-f]{32}$/)
    assert.match(credentials.highlevel.token, /^pit-[0-9a-f]{8}-/)
    const answers = await Promise.all([
      fetch(`${server.origin}/crm/v2/Leads/${zoho.leadId}`, {
        headers: { authorization: `Zoho-oauthtoken ${zoho.accessToken}` },
      }),
      highlevel(credentials, `/contacts/${credentials.highlevel.contactId}`),
    ])
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
    )
  })
})

test('every value is filled, and the refresh tokens carry the scopes of the access tokens', async () => {
  await demo(async (server, credentials) => {
    const values = [credentials.zoho, credentials.highlevel, credentials.native].flatMap((part) => Object.entries(part))
    for (const [name, value] of values) assert.ok(value.length >= 16, `${name} is "${value}"`)
    const { zoho, highlevel: other } = credentials
    const ask = async (path: string, { clientId, clientSecret, refreshToken }: typeof zoho | typeof other) => {
      const fields = { client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken }
      const body = new URLSearchParams({ ...fields, grant_type: 'refresh_token', user_type: 'Location' })
      const answer = await fetch(server.origin + path, { method: 'POST', body })
      return (await answer.json()) as { access_token: string }
    }
    const fresh = { zoho: await ask('/oauth/v2/token', zoho), highlevel: await ask('/oauth/token', other) }
    const file = new FormData()
    file.append('file', new File(['x'], 'x.txt'))
    const attached = await fetch(`${server.origin}/crm/v2/Leads/${zoho.leadId}/Attachments`, {
      method: 'POST',
      headers: { authorization: `Zoho-oauthtoken ${fresh.zoho.access_token}` },
      body: file,
    })
    assert.equal(attached.status, 200)
    const renewed = { ...credentials, highlevel: { ...other, token: fresh.highlevel.access_token } }
    assert.equal((await highlevel(renewed, `/contacts/${other.contactId}`)).status, 200)
    // HighLevel's is good once: whoever starts the demo again begins with another.
    used = other.refreshToken
  })
})

test('both organizations are one, both contacts are one person, and the file field takes 15 files', async () => {
  await demo(async (server, credentials) => {
    const { zoho, highlevel: other } = credentials
    const { contact } = (await (await highlevel(credentials, `/contacts/${other.contactId}`)).json()) as {
      contact: { email: string }
    }
    const same = await fetch(`${server.origin}/crm/v2/Contacts/${zoho.contactId}`, {
      headers: { authorization: `Zoho-oauthtoken ${zoho.accessToken}` },
    })
    const { data } = (await same.json()) as { data: { Email: string }[] }
    assert.equal(data[0]?.Email, contact.email)
    const field = await highlevel(credentials, `/locations/${other.locationId}/customFields/${other.fieldId}`)
    const { customField } = (await field.json()) as {
      customField: { dataType: string; maxFileLimit: number; acceptedFormat: unknown[] }
    }
    assert.equal(customField.dataType, 'FILE_UPLOAD')
    assert.equal(customField.maxFileLimit, 15)
    const refused = await highlevel(credentials, `/contacts/${other.otherContactId}`)
    assert.equal(refused.status, 400)
    assert.equal((await highlevel(credentials, `/locations/${other.otherLocationId}`)).status, 403)
  })
})

test('ids and tokens stay good over a restart', async () => {
  await demo(async (_server, again) => {
    const { refreshToken } = again.highlevel
    assert.notEqual(refreshToken, used)
    const same = { ...again, origin: '', highlevel: { ...again.highlevel, refreshToken: used } }
    assert.deepEqual(same, { ...first, origin: '' })
    const answer = await highlevel(again, `/contacts/${first.highlevel.contactId}`)
    assert.equal(answer.status, 200)
  })
})

test("HighLevel's limit is its own: 100 calls in ten seconds, and then 429", async () => {
  await demo(async (_server, credentials) => {
    const path = `/contacts/${credentials.highlevel.contactId}`
    const statuses: number[] = []
    for (let call = 0; call < 103; call++) {
      const response = await highlevel(credentials, path)
      await response.arrayBuffer()
      statuses.push(response.status)
      if (call === 99) assert.equal(response.headers.get('x-ratelimit-remaining'), '0')
    }
    assert.deepEqual(statuses, [...Array<number>(100).fill(200), 429, 429, 429])
    const said = await highlevel(credentials, path)
    assert.equal(said.headers.get('x-ratelimit-max'), '100')
    assert.equal(said.headers.get('x-ratelimit-interval-milliseconds'), '10000')
    const body = (await said.json()) as { statusCode: number; message: string; traceId: string }
    assert.equal(body.statusCode, 429)
    assert.equal(body.message, 'Too Many Requests')
    assert.match(said.headers.get('x-dossier-hint') ?? '', /More than 100 calls in 10000 milliseconds/)
  })
})

test('--no-limits turns it off, for the demo and for serve', async () => {
  const many = async (credentials: Credentials) => {
    for (let call = 0; call < 130; call++) {
      const response = await highlevel(credentials, `/contacts/${credentials.highlevel.contactId}`)
      await response.arrayBuffer()
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('x-ratelimit-max'), null)
    }
  }
  await demo((_server, credentials) => many(credentials), '--no-limits')
  rmSync(file)
  const server = await startServer({ folder, args: ['--no-limits'] })
  try {
    await many({ ...first, origin: server.origin })
    assert.equal(existsSync(file), false)
  } finally {
    await server.stop()
  }
})

test('credentials are not written by a demo that does not come to listen', async () => {
  const server = await startServer({ folder })
  try {
    await assert.rejects(
      startServer({ command: 'demo', folder, args: ['--credentials', file] }).then((other) => other.stop()),
      /in use by another Dossier/,
    )
    assert.equal(existsSync(file), false)
    const taken = ['--port', new URL(server.origin).port, '--credentials', file]
    await assert.rejects(
      startServer({ command: 'demo', folder: join(scratch, 'other'), args: taken }).then((other) => other.stop()),
      /the address is in use/,
    )
    assert.equal(existsSync(file), false)
  } finally {
    await server.stop()
  }
})

test('a folder of an older demo is given what that did not know', async () => {
  const kept = join(folder, 'demo-credentials.json')
  const { login, ...before } = JSON.parse(readFileSync(kept, 'utf8')) as Credentials & { login: object }
  assert.deepEqual(Object.keys(login), ['login', 'password'])
  const none = { clientSecret: '', refreshToken: '' }
  const older = { ...before, zoho: { ...before.zoho, ...none }, highlevel: { ...before.highlevel, ...none } }
  writeFileSync(kept, JSON.stringify(older))
  await demo(async (server, { zoho, highlevel: other }) => {
    assert.equal(zoho.accessToken, before.zoho.accessToken)
    for (const value of [zoho.clientSecret, zoho.refreshToken, other.clientSecret, other.refreshToken])
      assert.ok(value.length >= 16)
    assert.match(server.output(), /Log in as nora\.lindqvist@example\.com with the password [a-z0-9-]{19},/)
  })
})
