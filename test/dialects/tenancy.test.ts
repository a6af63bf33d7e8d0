/**
 * Made from the route tables: every route of every dialect, called with another organization's token and with none, on ids
 * that are real and on ids that never existed. Nobody can tell the two apart, and nothing changes. A new route is covered
 * by itself; a new kind of parameter needs a line in PARAMS.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { createRateLimiter } from '../../src/core/limits/rate-limiter.ts'
import { publicIdOf, idOfPublicId } from '../../src/core/model/ids.ts'
import { createDialects } from '../../src/dialects/index.ts'
import type { Route } from '../../src/http/contracts.ts'
import { form, rawFile, rawForm } from '../e2e/support/files.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createTenant, createToken, insert, jsonBody, mustJson, type Tenant } from '../e2e/support/tenant.ts'

/** The ids that a request can name, by what they are ids of. */
interface Ids {
  readonly module: string
  readonly record: string
  readonly attachment: string
  readonly field: string
  readonly location: string
}

/** What stands for a parameter of a path, by dialect and name. */
const PARAMS: Readonly<Record<string, Readonly<Record<string, (ids: Ids) => string>>>> = {
  zoho: {
    name: ({ module }) => module,
    module: ({ module }) => module,
    record: ({ record }) => record,
    id: ({ attachment }) => attachment,
  },
  native: {
    organization: ({ location }) => idOfPublicId(location) ?? '',
    module: ({ module }) => module,
    record: ({ record }) => record,
    field: ({ field }) => idOfPublicId(field) ?? '',
    attachment: ({ attachment }) => attachment,
    // One that the owner's tokens have, and one that nobody has: ids of tokens are in no other place.
    user: ({ record }) => record,
    profile: ({ record }) => record,
    role: ({ record }) => record,
    client: ({ record }) => record,
    share: ({ record }) => record,
    secret: ({ attachment }) => publicIdOf(attachment),
    // Of the documentation's page, which is everybody's.
    file: () => 'swagger-ui.css',
    token: ({ location }) => (location === owner.location ? ownersToken : NEVER.record),
  },
  highlevel: {
    contactId: ({ record }) => publicIdOf(record),
    locationId: ({ location }) => location,
    id: ({ field }) => field,
    // An attachment that was never published: a published document opens for whoever knows its id, and is meant to.
    documentId: ({ attachment }) => publicIdOf(attachment),
  },
}

const NEVER = { record: '1000000000000000001', attachment: '1000000000000000002', organization: '1000000000000000003' }

let server: Server
let owner: Tenant
let stranger: Tenant
let strangersNativeToken: string
let ownersToken: string
/** Pairs of real ids and such as never existed, alike in everything that the stranger may know. */
let pairs: readonly (readonly [real: Ids, never: Ids])[]

before(async () => {
  server = await startServer()
  owner = await createTenant(server, 'The owner')
  stranger = await createTenant(server, 'A stranger')
  strangersNativeToken = await createToken(server, stranger.org, 'native')
  ownersToken = (await server.cli<{ id: string }[]>('token', 'list', '--org', owner.org))[0]?.id ?? ''
  await server.cli('module', 'create', 'Vaults', '--org', owner.org)
  const vault = await insert(owner.zoho, 'Vaults', { Name: 'Secret' })
  const records = [
    ['Vaults', vault, 'Unheard_Of'],
    ['Leads', owner.leadId, 'Leads'],
    ['Contacts', owner.contact.zoho, 'Contacts'],
  ] as const
  const never = { ...NEVER, location: publicIdOf(NEVER.organization), field: publicIdOf('1000000000000000004') }
  const made: (readonly [Ids, Ids])[] = []
  for (const [module, record, other] of records) {
    const attachment = await attached(`/${module}/${record}/Attachments`)
    await owner.zoho(`/${module}/${record}/photo`, form(['file', new File([PNG], 'p.png')]))
    const real = { module, record, attachment, field: owner.fieldId, location: owner.location }
    made.push([real, { ...never, module: other }])
    // In the stranger's own location, too.
    made.push([
      { ...real, location: stranger.location },
      { ...never, module: other, location: stranger.location },
    ])
  }
  pairs = made
})
after(() => server.stop())

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

async function attached(path: string): Promise<string> {
  const files = form(['file', new File(['small'], 'small.txt')], ['file', new File(['x'.repeat(100_000)], 'large.txt')])
  const { data } = await mustJson<{ data: { details: { id: string } }[] }>(await owner.zoho(path, files), 200)
  return data[0]?.details.id ?? ''
}

test('the ids are real: their owner is answered, and the stranger is let in elsewhere', async () => {
  for (const [{ module, record, attachment }] of pairs) {
    const path = `/${module}/${record}/Attachments/${attachment}`
    assert.equal(await (await owner.zoho(path)).text(), 'small')
    assert.equal((await owner.zoho(`/${module}/${record}/photo`)).status, 200)
  }
  assert.equal((await stranger.zoho('/Leads')).status, 200)
  assert.equal((await stranger.highlevel(`/contacts/?locationId=${stranger.location}`)).status, 200)
})

const unlimited = {
  limits: false,
  zohoTokens: 1,
  highlevelMax: 1,
  highlevelDaily: 1,
  zohoCredits: 0,
  zohoConcurrency: 0,
}
for (const dialect of createDialects(() => unlimited, createRateLimiter())) {
  describe(dialect.name, () => {
    // v2.1 is the same list under another address.
    for (const route of dialect.routes.filter(({ path }) => !path.startsWith('/crm/v2.1/'))) {
      test(`${route.method} ${route.path}`, async () => {
        const before = stateOf()
        for (const token of [tokenOf(dialect.name), null]) {
          for (const [real, never] of pairs) {
            const [asked, expected] = await Promise.all(
              [real, never].map((ids) => said(requestsOf(dialect.name, route, ids), token, ids)),
            )
            assert.deepEqual(asked, expected)
            if (token === null && route.needs !== 'nobody')
              assert.ok(
                asked?.every(({ status }) => status === 401),
                JSON.stringify(asked),
              )
          }
        }
        assert.deepEqual(stateOf(), before)
      })
    }
  })
}

function tokenOf(dialect: string): string {
  if (dialect === 'native') return strangersNativeToken
  return dialect === 'zoho' ? stranger.zohoToken : stranger.highlevelToken
}

interface Request {
  readonly path: string
  readonly init: RequestInit
}

function requestsOf(dialect: string, { method, path }: Route, ids: Ids): Request[] {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const fill = PARAMS[dialect]?.[name]
    assert.ok(fill !== undefined, `PARAMS says nothing of :${name} in ${dialect}`)
    return encodeURIComponent(fill(ids))
  })
  const { record, attachment, location } = ids
  const place = `?contactId=${publicIdOf(record)}&locationId=${location}`
  const bodies = method === 'GET' || method === 'DELETE' ? [] : bodiesFor(ids, method)
  // What names ids in its query alone, and what a body goes with.
  const queries = ['', `?ids=${record},${attachment}`, `?locationId=${location}`, place]
  const bare = queries.map((query) => ({ path: filled + query, init: { method } }))
  const full = ['', place].flatMap((query) =>
    bodies.map((init) => ({ path: filled + query, init: { ...init, method } })),
  )
  return [...bare, ...full]
}

/** Each is what some route takes, with an id wherever one can stand. */
function bodiesFor({ record, attachment, field, location }: Ids, method: string): RequestInit[] {
  const url = `${server.origin}/crm/v2/Leads/${record}/Attachments/${attachment}`
  return [
    jsonBody({ data: [{ id: record, Last_Name: 'Taken', Name: 'Taken' }] }, method),
    jsonBody({ ...(method === 'POST' ? { locationId: location } : {}), firstName: 'Taken' }, method),
    jsonBody({ customFields: [{ id: field, field_value: { one: { url } } }] }, method),
    jsonBody({ name: `Taken ${randomUUID()}`, dataType: 'TEXT' }, method),
    jsonBody({ record }, method),
    jsonBody({ ids: [attachment, record] }, method),
    jsonBody({ properties: { name: 'Taken' }, files: { [idOfPublicId(field) ?? '']: [attachment] } }, method),
    rawForm(rawFile('taken.txt'), rawFile('taken.txt', 'bytes', `${field}_1`)),
    rawForm({ head: ['Content-Disposition: form-data; name="id"'], body: publicIdOf(record) }),
  ]
}

interface Said {
  readonly request: string
  readonly status: number
  readonly hint: string
  readonly body: string
}

async function said(requests: readonly Request[], token: string | null, ids: Ids): Promise<Said[]> {
  const answers: Said[] = []
  for (const { path, init } of requests) {
    const headers = { ...(init.headers as Record<string, string> | undefined), version: '2021-07-28' }
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(server.origin + path, { ...init, headers: { ...headers, ...authorization } })
    answers.push({
      request: withoutIds(path, ids),
      status: response.status,
      hint: withoutIds(response.headers.get('x-dossier-hint') ?? '', ids),
      body: withoutIds(await response.text(), ids),
    })
  }
  return answers
}

/** What differs from one answer to the next whatever was asked: ids of all forms, times, request ids. */
function withoutIds(text: string, { module }: Ids): string {
  return text
    .replaceAll(module, '<module>')
    .replace(/[0-9a-f]{8}([-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}/g, '<uuid>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}Z|\+00:00)/g, '<time>')
    .replace(/\b\d{19}\b/g, '<id>')
    .replace(/(?<![0-9A-Za-z])[0-9A-Za-z]{20}(?![0-9A-Za-z])/g, '<id>')
}

/** Every row but the stranger's own, and the names of all files. When a token was last used may change. */
function stateOf(): unknown {
  const database = new Database(join(server.folder, 'catalog.db'), { readonly: true, fileMustExist: true })
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[]
    const own = database.prepare('SELECT key FROM blob WHERE organization = ?').pluck().all(stranger.org)
    const strangers = new Set([stranger.org, ...own])
    const rows = tables.map((table) => {
      const all = database.prepare(`SELECT * FROM "${table}"`).all() as Record<string, unknown>[]
      const others = all.filter((row) => !['organization', 'id', 'key'].some((column) => strangers.has(row[column])))
      return [table, others.map((row) => JSON.stringify({ ...row, last_used_at: null })).sort()]
    })
    return { rows, files: (readdirSync(server.folder, { recursive: true }) as string[]).sort() }
  } finally {
    database.close()
  }
}
