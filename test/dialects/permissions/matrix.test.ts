/**
 * Made from the route tables: every route of every dialect, called by a user who may do nothing, by users who may do
 * exactly what it needs or a part of that, by an administrator, and with a token whose scopes lack it. Only what is
 * allowed is answered, and what is refused changes no row and no file. (Other organizations' ids: tenancy.test.ts.)
 */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { createRateLimiter } from '../../../src/core/limits/rate-limiter.ts'
import { publicIdOf } from '../../../src/core/model/ids.ts'
import type { Action } from '../../../src/core/model/actions.ts'
import { createDialects } from '../../../src/dialects/index.ts'
import type { Route } from '../../../src/http/contracts.ts'
import { startServer, type Server } from '../../e2e/support/server.ts'
import { form } from '../../e2e/support/files.ts'
import { CASES, type Fixture, type RouteCase } from './cases.ts'
import { openBench, type Bench, type Tokens } from './fixture.ts'

const UNRELATED_SCOPES: Tokens = { zoho: 'ZohoCRM.nothing.READ', highlevel: 'nothing.readonly', native: 'shares.read' }
/** For the routes that the former native scope opens. */
const OTHER_SCOPES: Tokens = { ...UNRELATED_SCOPES, native: 'usage.read' }
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

let server: Server
let bench: Bench
/** By the actions that the user's profile allows, joined; `*`: an administrator's. */
const tokens = new Map<string, Promise<Tokens>>()

before(async () => {
  server = await startServer()
  bench = await openBench(server)
})
after(async () => {
  await bench.close()
  await server.stop()
})

function tokensOf(actions: readonly Action[] | null): Promise<Tokens> {
  const key = actions === null ? '*' : actions.join()
  const known = tokens.get(key)
  if (known !== undefined) return known
  const made = bench.tokensOf(actions)
  tokens.set(key, made)
  return made
}

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
    for (const route of dialect.routes.filter(({ needs }) => needs !== 'nobody'))
      test(`${route.method} ${route.path}`, () => tryRoute(dialect.name, route))
  })
}

async function tryRoute(dialect: string, route: Route): Promise<void> {
  const found = CASES[dialect]?.[route.operation]
  assert.ok(
    found !== undefined,
    `cases.ts says nothing of "${route.operation}" of ${dialect}: which action does it need?`,
  )
  const { actions, needs } = found
  const at = await bench.fixture()
  await photograph(at)
  const ask = async (secrets: Tokens) => send(dialect, route, found, at, secrets)
  const isClosed = needs !== undefined || actions.length > 0
  if (isClosed) await mustRefuse(await tokensOf([]), ask, 'a user who may do nothing')
  if (typeof route.needs === 'function')
    await mustRefuse(
      await bench.tokensOf(null, route.operation.includes('share') ? OTHER_SCOPES : UNRELATED_SCOPES),
      ask,
      'a token whose scopes lack it',
    )
  for (const lacking of needs === undefined && actions.length > 1 ? actions : [])
    await mustRefuse(await tokensOf(actions.filter((one) => one !== lacking)), ask, `a user who may not ${lacking}`)
  if (needs === 'administrator') await mustRefuse(await tokensOf(actions), ask, 'a user with a profile')
  if (needs === 'operator') return mustRefuse(await tokensOf(null), ask, 'an administrator of one organization')
  const allowed = needs === 'administrator' || actions.includes('users.manage') ? null : actions
  const answer = await ask(await tokensOf(allowed))
  assert.ok(answer.status < 300, `${String(answer.status)} for a user who may ${actions.join()}: ${answer.body}`)
}

async function mustRefuse(secrets: Tokens, ask: (secrets: Tokens) => Promise<Answered>, who: string): Promise<void> {
  const before = stateOf()
  const { status, body } = await ask(secrets)
  assert.ok(status >= 400 && status < 500, `${who} was answered ${String(status)}: ${body}`)
  assert.deepEqual(stateOf(), before, `refused, and changed something: ${who}`)
}

interface Answered {
  readonly status: number
  readonly body: string
}

async function send(dialect: string, route: Route, found: RouteCase, at: Fixture, secrets: Tokens): Promise<Answered> {
  const params = { ...paramsOf(dialect, route, at), ...found.params?.(at) }
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => {
    assert.ok(name in params, `nothing stands for :${name} of ${dialect}`)
    return encodeURIComponent(params[name] ?? '')
  })
  const init = { method: route.method, ...found.init?.(at) }
  const headers = { version: '2021-07-28', ...(init.headers as object | undefined) }
  const authorization = `Bearer ${secrets[dialect] ?? ''}`
  const query = found.query?.(at) ?? ''
  const answer = await fetch(server.origin + path + query, { ...init, headers: { ...headers, authorization } })
  return { status: answer.status, body: (await answer.text()).slice(0, 300) }
}

function paramsOf(dialect: string, { path }: Route, at: Fixture): Record<string, string> {
  if (dialect === 'highlevel')
    return { contactId: publicIdOf(at.contact), locationId: at.location, id: publicIdOf(at.field) }
  const own = { ...at, module: 'Leads', name: 'Leads', id: at.attachment }
  return path.includes('/modules/:module/fields') ? { ...own, module: 'Contacts' } : own
}

/** Gives the fixture's lead a photo, as its administrator. */
async function photograph({ record }: Fixture): Promise<void> {
  const { zoho = '' } = await tokensOf(null)
  const init = form(['file', new File([PNG], 'p.png')])
  const headers = { authorization: `Zoho-oauthtoken ${zoho}` }
  const { status } = await fetch(`${server.origin}/crm/v2/Leads/${record}/photo`, { ...init, headers })
  assert.equal(status, 200)
}

/** Every row, and the names of all files. When a token was last used may change. */
function stateOf(): unknown {
  const database = new Database(join(server.folder, 'catalog.db'), { readonly: true, fileMustExist: true })
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[]
    const rows = tables.map((table) => {
      const all = database.prepare(`SELECT * FROM "${table}"`).all() as Record<string, unknown>[]
      return [table, all.map((row) => JSON.stringify({ ...row, last_used_at: null })).sort()]
    })
    return { rows, files: (readdirSync(server.folder, { recursive: true }) as string[]).sort() }
  } finally {
    database.close()
  }
}
