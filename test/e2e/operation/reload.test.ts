// SIGHUP reads the settings again, for every thread; a wrong file changes nothing. The forms of the access log on the way.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { missing, need, python } from '../../support/require.ts'
import { until } from './data-folder.ts'
import { scrape, sumOf } from './metrics.ts'
import { root, startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

const folder = mkdtempSync(join(tmpdir(), 'dossier-reload-'))
const config = join(folder, 'config.json')
let server: Server
let tenant: Tenant
before(async () => {
  write({ highlevelMax: 500 })
  server = await startServer({ args: ['--config', config, '--workers', '2'] })
  tenant = await createTenant(server)
})
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

function write(settings: object | string): void {
  writeFileSync(config, typeof settings === 'string' ? settings : JSON.stringify(settings))
}

function lines(word: string): string[] {
  return server
    .log()
    .split('\n')
    .filter((line) => line.includes(word))
}

/** Writes the file, signals, and waits for the line that tells how it ended. */
async function reload(settings: object | string, word = 'the settings were read again'): Promise<string> {
  const before = lines(word).length
  write(settings)
  process.kill(server.pid, 'SIGHUP')
  await until(() => lines(word).length > before, `no line says: ${word}`)
  return lines(word).at(-1) ?? ''
}

/** On a connection of its own, so that the kernel deals it out to either thread. */
function headersAlone(agentName = 'test'): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${tenant.highlevelToken}`,
      version: '2021-07-28',
      'user-agent': agentName,
    }
    const agent = new Agent({ keepAlive: false })
    request(`${server.origin}/contacts/?locationId=${tenant.location}`, { headers, agent }, (response) => {
      response.resume().once('end', () => resolve(response.headers))
    })
      .once('error', reject)
      .end()
  })
}

async function mostOfAllThreads(): Promise<string[]> {
  const all = await Promise.all(Array.from({ length: 12 }, () => headersAlone()))
  return [...new Set(all.map((headers) => String(headers['x-ratelimit-max'])))]
}

test('limits and the log level change for all threads, without a restart', async () => {
  assert.deepEqual(await mostOfAllThreads(), ['500'])
  const line = await reload({ highlevelMax: 700, logLevel: 'debug' })
  assert.match(line, /"changed":\["logLevel","highlevelMax"\]/)
  // A thread hears of it a moment later than the process.
  await until(async () => (await mostOfAllThreads()).join() === '700', 'a thread counts by the old limit')
  await (await fetch(`${server.origin}/crm/v2/Leads`)).text()
  await until(() => lines('a request was refused').length > 0, 'debug lines are not written')
})

test('a wrong file leaves everything as it was, and one line says what is wrong', async () => {
  const refused = 'the settings could not be read again'
  const before = sumOf(await scrape(server.origin), 'dossier_reloads_total', { outcome: 'refused' })
  for (const [content, why] of [
    ['{"highlevelMax": ', /cannot be read as JSON/],
    [{ highlevelMax: 'many' }, /highlevelMax \(DOSSIER_HIGHLEVEL_MAX\) is \\"many\\"; expected a whole number/],
    [{ highlevelMx: 1 }, /names \\"highlevelMx\\", which is no setting/],
    [{ requestSeconds: 7_200 }, /sweepGraceSeconds \(7200\) must be greater than requestSeconds/],
  ] as const) {
    const count = lines(refused).length
    const line = await reload(content, refused)
    assert.match(line, why)
    assert.match(line, /"level":50/)
    assert.equal(lines(refused).length, count + 1)
  }
  assert.deepEqual(await mostOfAllThreads(), ['700'])
  assert.equal(sumOf(await scrape(server.origin), 'dossier_reloads_total', { outcome: 'refused' }), before + 4)
})

test('what wants a new start stays as it is, and is named', async () => {
  await reload(
    { highlevelMax: 700, metrics: 'off', sweepGraceSeconds: 9_000 },
    'changed settings that want a new start',
  )
  const line = lines('changed settings that want a new start').at(-1) ?? ''
  assert.match(line, /"level":40.*"settings":\["metrics","sweepGraceSeconds"\]/)
  assert.deepEqual(await mostOfAllThreads(), ['700'])
})

test('the access log as Apache writes it: no path, no query, and nobody ends a line or a quotation', async () => {
  await reload({ highlevelMax: 700, accessLog: 'combined' })
  await until(async () => {
    await headersAlone('curl/8 "quoted" \\ back')
    return lines('curl/8').length > 0
  }, 'no combined line came')
  const line = lines('curl/8').at(-1) ?? ''
  const day = String.raw`\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\]`
  assert.match(
    line,
    new RegExp(
      String.raw`^127\.0\.0\.1 - ${tenant.org} ${day} "GET \/contacts\/? HTTP\/1\.1" 200 \d{3,} "-" "curl\/8 \\"quoted\\" \\\\ back"$`,
    ),
  )
  assert.ok(!line.includes(tenant.location))
})

test('the access log turned off: nothing but what goes wrong', async () => {
  await reload({ highlevelMax: 700, accessLog: 'off' })
  await until(async () => {
    const before = server.log().length
    await Promise.all(Array.from({ length: 8 }, () => headersAlone()))
    return server.log().length === before
  }, 'requests are still written')
})

test('as JSON it tells who asked, from where, and how much went either way', async () => {
  await reload({ highlevelMax: 700, accessLog: 'json' })
  await until(async () => {
    await headersAlone('json-agent')
    return lines('json-agent').length > 0
  }, 'no JSON line came')
  const line = JSON.parse(lines('json-agent').at(-1) ?? '{}') as Record<string, unknown>
  assert.equal(line['address'], '127.0.0.1')
  assert.equal(line['org'], tenant.org)
  assert.equal(line['status'], 200)
  assert.ok(Number(line['in']) > 100 && Number(line['out']) > 100)
  assert.equal(typeof line['ms'], 'number')
})

test('a terminal that goes away stops the server all the same', { skip: missing('python') }, async () => {
  need('python')
  const data = join(folder, 'terminal')
  const serve = [process.execPath, join(root, 'src', 'main.ts'), 'serve', '--data', data, '--port', '0']
  // A terminal of its own; it is closed once the server has said where it is.
  const script = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
text = b''
while b' at http' not in text: text += os.read(terminal, 1024)
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`
  const child = spawn(python() ?? '', ['-c', script, ...serve], { stdio: 'ignore' })
  const status = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  assert.equal(status, 0)
})
