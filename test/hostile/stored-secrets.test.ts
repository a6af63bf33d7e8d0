// Whoever steals the catalog has nothing: every value of every column is presented as every kind of secret, and none opens anything.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import Database from 'better-sqlite3'
import {
  createAccountHolder,
  highlevelToken,
  REDIRECT_URI,
  register,
  Visitor,
  zohoQuestion,
  zohoToken,
  type AccountHolder,
  type Program,
} from '../e2e/support/oauth.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createToken } from '../e2e/support/tenant.ts'

let server: Server
let holder: AccountHolder
let highlevel: Program
/** What was really given out. */
const given: string[] = []

before(async () => {
  server = await startServer()
  holder = await createAccountHolder(server)
  highlevel = await register(server, holder.org, 'highlevel')
  given.push(holder.program.secret, highlevel.secret, holder.person.password)
  given.push(await createToken(server, holder.org, 'private', 'contacts.readonly'))
  const visitor = new Visitor()
  const url = zohoQuestion(server, holder.program, { access_type: 'offline' })
  const code = async () => (await visitor.consent(url, holder.person)).searchParams.get('code') ?? ''
  const unused = await code()
  const fields = { grant_type: 'authorization_code', code: await code(), redirect_uri: REDIRECT_URI }
  const { body } = await zohoToken(server, holder.program, fields)
  const own = { grant_type: 'client_credentials', scope: 'contacts.readonly' }
  const { body: other } = await highlevelToken(server, highlevel, own)
  const secrets = [unused, body.access_token ?? '', body.refresh_token ?? '', other.access_token ?? '']
  given.push(...secrets, ...visitor.cookies.values())
  assert.ok(
    given.every((secret) => secret.length >= 16),
    given.join(),
  )
})
after(() => server.stop())

/** Every text in the catalog, whole, and the texts inside JSON; numbers as texts. */
function everything(): string[] {
  const database = new Database(join(server.folder, 'catalog.db'), { readonly: true })
  try {
    const tables = database
      .prepare<[], { name: string }>("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
      .all()
    assert.ok(
      ['token', 'code', 'refresh_token', 'session', 'client'].every((name) => tables.some((t) => t.name === name)),
    )
    const rows = tables.flatMap(({ name }) =>
      database.prepare<[], Record<string, unknown>>(`select * from "${name}"`).all(),
    )
    const values = rows.flatMap((row) => Object.values(row)).filter((value) => value !== null)
    const texts = values.map((value) =>
      Buffer.isBuffer(value) ? value.toString('latin1') : String(value as string | number),
    )
    return [...new Set(texts)]
  } finally {
    database.close()
  }
}

test('what was given out is in no column', async () => {
  const texts = everything()
  for (const secret of given)
    assert.equal(
      texts.some((text) => text.includes(secret)),
      false,
    )
})

test('no stored value is a token, a secret, a code, a refresh token, a password or a session', async () => {
  // What no header can carry is no token either.
  const texts = everything().filter((text) => /^[\x21-\x7e]{1,500}$/.test(text))
  assert.ok(texts.length > 60, String(texts.length))
  const { program, person } = holder
  const question = zohoQuestion(server, program)
  const status = async (path: string, headers: Record<string, string>) => {
    const response = await fetch(server.origin + path, { headers })
    await response.arrayBuffer()
    return response.status
  }
  const errorOf = async (fields: Record<string, string>, by = program) =>
    (await zohoToken(server, by, { grant_type: 'refresh_token', redirect_uri: REDIRECT_URI, ...fields })).body.error
  const present = async (text: string): Promise<void> => {
    const answers = await Promise.all([
      status('/crm/v2/Leads', { authorization: `Zoho-oauthtoken ${text}` }),
      status(`/locations/${holder.location}`, { authorization: `Bearer ${text}`, version: '2021-07-28' }),
      errorOf({ refresh_token: text }),
      errorOf({ grant_type: 'authorization_code', code: text }),
      errorOf({ refresh_token: 'x' }, { id: program.id, secret: text }),
      highlevelToken(server, { id: highlevel.id, secret: text }, { grant_type: 'client_credentials' }).then(
        ({ status }) => status,
      ),
      new Visitor({ cookie: `dossier_session=${text}` })
        .open(question)
        .then((page) => /name="password"/.test(page.text)),
    ])
    const expected = [401, 401, 'invalid_code', 'invalid_code', 'invalid_client_secret', 401, true]
    assert.deepEqual(answers, expected, `${text.slice(0, 12)}…`)
  }
  for (let at = 0; at < texts.length; at += 8) await Promise.all(texts.slice(at, at + 8).map(present))
  const hash = texts.find((text) => text.startsWith('$argon2id$'))
  assert.ok(hash)
  const visitor = new Visitor()
  const refused = await visitor.submit(await visitor.open(question), 'login', { login: person.login, password: hash })
  assert.equal(refused.status, 401)
})
