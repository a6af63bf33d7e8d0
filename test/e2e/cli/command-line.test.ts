// The command line: what it tells, what it refuses, and what it does beside a running server.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../operation/data-folder.ts'
import { runProgram, runProgramIn } from '../support/program.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, createToken, mustJson, type Tenant } from '../support/tenant.ts'

const scratch = mkdtempSync(join(tmpdir(), 'dossier-command-'))
const unused = join(scratch, 'unused')
let server: Server
let tenant: Tenant

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
})
after(async () => {
  await server.stop()
  rmSync(scratch, { recursive: true, force: true })
})

test('each command explains itself', async () => {
  const commands: Record<string, RegExp[]> = {
    '': [/serve/, /demo/, /token/, /org/, /module/],
    serve: [/--data/, /--port/, /--no-limits/, /--config/, /DOSSIER_PORT/, /--stop-seconds/],
    demo: [/--credentials/, /--no-limits/, /--port/, /--data/],
    org: [/create/, /list/, /show/, /rm/],
    'org create': [/--name/],
    'org list': [/--data/],
    module: [/create/, /list/],
    record: [/create/, /list/, /show/, /rm/],
    field: [/create/, /list/, /show/, /rm/],
    put: [/--record/, /--field/, /Examples:/, /Exit status:/, /3 not found/, /5 no connection/, /6 findings remain/],
    doctor: [/--read-data/, /status 6: findings remain/],
    get: [/--output/, /Examples:/],
    ls: [/--since/, /Examples:/],
    rm: [/--all/, /Example:/],
    usage: [/--org/],
    login: [/--server/, /DOSSIER_TOKEN/],
    remote: [/list/, /use/, /rm/],
    completion: [/<shell>/, /source <\(dossier completion bash\)/],
    'module create': [/<name>/],
    'module list': [/--org/],
    token: [/create/, /list/, /revoke/],
    'token create': [/--scope/, /--kind/, /--expires-in/],
    'token list': [/--org/],
    'token revoke': [/<id>/],
  }
  for (const [words, tells] of Object.entries(commands)) {
    const { status, out, err } = await runProgram(...words.split(' ').filter((word) => word !== ''), '--help')
    assert.equal(status, 0, err)
    assert.equal(err, '')
    for (const told of [/^Usage: dossier/, ...tells]) assert.match(out, told)
  }
})

test('a wrong command line is answered with a sentence and status 2', async () => {
  const wrong: [string[], RegExp][] = [
    [[], /Usage: dossier/],
    [['nonsense'], /unknown command 'nonsense'/],
    [['serve', '--nonsense'], /unknown option '--nonsense'/],
    [['serve', '--port'], /argument missing/],
    [['field', 'create', 'Contacts'], /required option '--name <name>' not specified/],
    [['put'], /Say where to: --record/],
    [['put', '--unfiled'], /Say what to put/],
    [['put', 'file.txt'], /Say where to: --record <id>, or --unfiled/],
    [['get'], /Say what to get/],
    [['rm'], /Say what to remove/],
    [['ls', '--limit', 'many'], /Expected a whole number/],
    [['ls', '--server', 'http://127.0.0.1:1'], /A server needs a token/],
    [['ls', '--server', 'http://127.0.0.1:1', '--data', '.'], /Say one of --server and --data/],
    [['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
    [['token', 'create', '--scope', 'x', '--kind', 'mine'], /Allowed choices are zoho, private, native/],
    [['token', 'revoke'], /missing required argument 'id'/],
    [['org', 'create'], /required option '--name <name>' not specified/],
    [['module', 'create'], /missing required argument 'name'/],
  ]
  for (const [words, says] of wrong) {
    const { status, out, err } = await runProgram(...words)
    assert.equal(status, 2, `${words.join(' ')}: ${err}`)
    assert.equal(out, '')
    assert.match(err, says)
  }
})

test('a wrong setting is named, wherever it comes from, and nothing is started', async () => {
  const file = (content: string) => {
    const path = join(mkdtempSync(join(scratch, 'settings-')), 'settings.json')
    writeFileSync(path, content)
    return ['--config', path]
  }
  const wrong: [string[], Record<string, string>, RegExp][] = [
    [['--port', 'http'], {}, /port \(DOSSIER_PORT\) is "http"; expected a whole number from 0 to 65535\./],
    [['--port', '65536'], {}, /expected a whole number/],
    [['--idle-seconds', '0'], {}, /idleSeconds/],
    [['--origin', 'example.com'], {}, /expected an origin such as/],
    [['--log-level', 'loud'], {}, /expected one of debug, info/],
    [[], { DOSSIER_PORT: '-1' }, /port \(DOSSIER_PORT\) is "-1"/],
    [[], { DOSSIER_CORS_ORIGINS: 'https://a.example, b' }, /corsOrigins \(DOSSIER_CORS_ORIGINS\)/],
    [['--sweep-grace-seconds', '10'], {}, /sweepGraceSeconds \(10\) must be greater than requestSeconds/],
    [file('{"port":"x"}'), {}, /port \(DOSSIER_PORT\) is "x"/],
    [file('{"prot":1}'), {}, /names "prot", which is no setting/],
    [file('{'), {}, /cannot be read as JSON/],
    [file('[]'), {}, /must hold one JSON object/],
    [['--config', join(scratch, 'nowhere.json')], {}, /nowhere\.json cannot be read/],
    [[], { DOSSIER_CONFIG: join(scratch, 'nowhere.json') }, /nowhere\.json cannot be read/],
    [['--host', '256.0.0.1', '--port', '0'], {}, /256\.0\.0\.1/],
    [['--port', new URL(server.origin).port], {}, /the address is in use: .*Choose another with --port/],
  ]
  for (const [words, env, says] of wrong) {
    const { status, out, err } = await runProgramIn(env, 'serve', '--data', unused, ...words)
    assert.equal(status, 1, `${words.join(' ')}: ${err}`)
    assert.equal(out, '')
    const [sentence = '', ...more] = err.trimEnd().split('\n')
    assert.deepEqual(more, [], err)
    assert.match(sentence, /^dossier: /)
    assert.match(sentence, says)
  }
  // A flag beats the environment, which beats the file.
  const { err } = await runProgramIn(
    { DOSSIER_PORT: 'env' },
    'serve',
    '--data',
    unused,
    ...file('{"port":"file"}'),
    '--port',
    'flag',
  )
  assert.match(err, /"flag"/)
  const { err: next } = await runProgramIn(
    { DOSSIER_PORT: 'env' },
    'serve',
    '--data',
    unused,
    ...file('{"port":"file"}'),
  )
  assert.match(next, /"env"/)
})

test('administration refuses in one sentence as well', async () => {
  const wrong: [string[], number, RegExp][] = [
    [['token', 'revoke', '123'], 3, /There is no token 123, or it was revoked before\./],
    [
      ['token', 'create', '--scope', 'x', '--expires-in', 'soon', '--org', tenant.org],
      1,
      /--expires-in is "soon"; expected a whole number of seconds\./,
    ],
    [['token', 'create', '--scope', 'x', '--org', '7'], 3, /There is no organization 7( here)?\./],
    [
      ['module', 'create', '7up', '--org', tenant.org],
      4,
      /expected a letter, then up to 49 letters, digits and underscores.*/,
    ],
    [['module', 'create', 'Leads', '--org', tenant.org], 4, /There is a module Leads already\./],
    [['record', 'show', '1795290000000000042', '--org', tenant.org], 3, /There is no record 1795290000000000042.*/],
  ]
  for (const [words, expected, says] of wrong) {
    const { status, err } = await runProgram(...words, '--data', server.folder)
    assert.equal(status, expected, err)
    assert.match(err, new RegExp(`^dossier: .*${says.source}\\n$`))
  }
  const empty = await runProgram('token', 'create', '--scope', 'x', '--data', join(scratch, 'empty'))
  assert.match(empty.err, /^dossier: There is no organization yet; make one with: dossier org create/)
})

test('a token that is revoked beside the running server ends within a second', async () => {
  for (const [kind, scope] of [
    ['zoho', 'ZohoCRM.modules.ALL'],
    ['private', 'contacts.readonly'],
  ] as const) {
    const { id, token } = await server.cli<{ id: string; token: string }>(
      'token',
      'create',
      '--org',
      tenant.org,
      '--kind',
      kind,
      '--scope',
      scope,
    )
    const status = async () => {
      const path = kind === 'zoho' ? '/crm/v2/Leads' : `/contacts/?locationId=${tenant.location}`
      const response = await fetch(server.origin + path, {
        headers: { authorization: `Bearer ${token}`, version: '2021-07-28' },
      })
      await response.arrayBuffer()
      return response.status
    }
    assert.equal(await status(), 200)
    assert.deepEqual(await server.cli('token', 'revoke', id), { id, revoked: true })
    await sleep(1_000)
    assert.equal(await status(), 401)
    const tokens = await server.cli<{ id: string; state: string }[]>('token', 'list', '--org', tenant.org)
    assert.equal(tokens.find((one) => one.id === id)?.state, 'revoked')
    assert.equal(JSON.stringify(tokens).includes(token), false)
  }
})

test('a token ends when it said it would', async () => {
  const token = await createToken(server, tenant.org, 'zoho', 'ZohoCRM.modules.ALL', '--expires-in', '4')
  const ask = () => fetch(`${server.origin}/crm/v2/Leads`, { headers: { authorization: `Zoho-oauthtoken ${token}` } })
  const first = await ask()
  assert.equal(first.status, 200)
  await first.arrayBuffer()
  assert.match(first.headers.get('x-accesstoken-reset') ?? '', /^\d{4}-\d\d-\d\dT/)
  await until(async () => {
    const response = await ask()
    const body = await response.text()
    return (
      response.status === 401 &&
      body.includes('INVALID_TOKEN') &&
      /expired/.test(response.headers.get('x-dossier-hint') ?? '')
    )
  }, 'the token does not expire')
})

test('secrets are in the data folder only as hashes, and serve writes no credentials', async () => {
  const files = readdirSync(server.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const { parentPath, name } of files) {
    const content = readFileSync(join(parentPath, name))
    for (const secret of [tenant.zohoToken, tenant.highlevelToken]) assert.equal(content.includes(secret), false, name)
  }
  assert.deepEqual(
    files.filter(({ name }) => /credential/i.test(name)),
    [],
  )
  await mustJson(await tenant.zoho('/Leads'), 200)
})
