// The package as others get it: its client in plain Node and in a page in Chromium, its server in a container and under systemd.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { chromium as findChromium, missing, need } from '../../support/require.ts'
import { testDeployment } from './package/deployment.ts'
import { releaseCheck, releaseIn, type Ran } from './package/release.ts'
import { startServer, type Server } from '../support/server.ts'

const project = mkdtempSync(join(tmpdir(), 'dossier-project-'))
const installed = join(project, 'node_modules', 'dossier')
const checkout = mkdtempSync(join(tmpdir(), 'dossier-checkout-'))
let released: Ran
let server: Server
let token: string
let record: string

before(async () => {
  server = await startServer()
  await server.cli('org', 'create', '--name', 'Acme')
  token = (await server.cli<{ token: string }>('token', 'create', '--kind', 'native')).token
  record = (await server.cli<{ id: string }>('record', 'create', 'Leads', '--set', 'lastName=Lovelace')).id
  released = await releaseIn(checkout, join(project, 'release'))
  const tarball = readdirSync(join(project, 'release')).find((name) => name.endsWith('.tgz')) ?? ''
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', join(project, 'release', tarball), '-C', installed, '--strip-components=1'])
})
after(async () => {
  await server.stop()
  rmSync(project, { recursive: true, force: true })
  rmSync(checkout, { recursive: true, force: true })
})

test('it is ready for a release once the changelog says what is in it', () => {
  assert.deepEqual([released.status, released.err], [0, ''])
  assert.match(released.out, /Ready for a release\.\n$/)
})

test('what keeps it from a release is said, each in a sentence, before anything is built', async () => {
  writeFileSync(join(checkout, 'left-over.txt'), '')
  writeFileSync(join(checkout, 'CHANGELOG.md'), '# Changelog\n\n## Unreleased\n\n- Something.\n')
  const to = join(checkout, 'never')
  const { status, err } = await releaseCheck(checkout, to)
  assert.equal(status, 1)
  assert.match(
    err,
    /^Not ready for a release: the working tree is not clean \(M CHANGELOG\.md and 1 more\); commit or remove/m,
  )
  assert.match(
    err,
    /^Not ready for a release: CHANGELOG\.md has no section "## \d+\.\d+\.\d+", the version in package\.json\.$/m,
  )
  assert.match(err, /^Not ready for a release: 1 line of CHANGELOG\.md is still under "Unreleased"\.$/m)
  assert.equal(existsSync(to), false)
})

test('npm alone makes no package, and the package has what scripts make', async () => {
  const alone = await promisify(execFile)('npm', ['pack'], { cwd: checkout }).catch(
    (error: { stderr: string }) => error,
  )
  assert.match(alone.stderr, /use-npm-run-package-instead/)
  assert.deepEqual(
    readdirSync(checkout).filter((name) => name.endsWith('.tgz')),
    [],
  )
  for (const name of ['dist/main.js', 'dist/client/client.js', 'npm-shrinkwrap.json', 'SECURITY.md', 'LICENSE'])
    assert.ok(existsSync(join(installed, name)), name)
  const lock = readFileSync(join(installed, 'npm-shrinkwrap.json'), 'utf8')
  assert.doesNotMatch(lock, /"resolved"|"dev": true|"devDependencies"/)
})

test('plain Node imports it from a project', async () => {
  const program = `
import { createClient, ProblemError } from 'dossier/client'
const home = await createClient({ server: process.argv[2], token: process.argv[3] }).home()
const { items } = await home.attachments.upload(process.argv[4], { name: 'a.txt', body: 'from a project' })
const text = await (await home.attachments.download(items[0].id)).text()
const no = await home.records.get('1').catch((error) => error instanceof ProblemError && error.status)
console.log(JSON.stringify({ text, no }))
`
  writeFileSync(join(project, 'program.mjs'), program)
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(project, 'program.mjs'),
    server.origin,
    token,
    record,
  ])
  assert.deepEqual(JSON.parse(stdout), { text: 'from a project', no: 404 })
})

interface Seen {
  readonly text: string
  readonly steps: number
  readonly last: number
  readonly replayed: boolean
  readonly aborted: string
}

const PAGE = `<!doctype html><script type="module">
import { createClient } from '/client/client.js'
window.use = async (server, token, record) => {
  const { attachments } = await createClient({ server, token }).home()
  const seen = []
  const body = new File(['x'.repeat(3_000_000)], 'page.txt')
  const options = { idempotencyKey: 'page', onProgress: ({ sent }) => seen.push(sent) }
  await attachments.upload(record, body, options)
  const { items, replayed } = await attachments.upload(record, body, { idempotencyKey: 'page' })
  const text = await (await attachments.download(items[0].id, { range: { start: 0, end: 4 } })).text()
  const stop = new AbortController()
  const late = attachments.upload(record, body, { signal: stop.signal, onProgress: () => stop.abort() })
  const aborted = await late.then(() => 'not aborted', (error) => error.name)
  return { text, steps: seen.length, last: seen.at(-1), replayed, aborted }
}
window.ready = true
</script>`

test('a page in Chromium uses the same files', { skip: missing('chromium') }, async () => {
  need('chromium')
  const site = createServer(({ url = '/' }, response) => {
    if (!url.startsWith('/client/')) return void response.setHeader('content-type', 'text/html').end(PAGE)
    response.setHeader('content-type', 'text/javascript')
    response.end(readFileSync(join(installed, 'dist', 'client', url.slice('/client/'.length))))
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
  const browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: flags })
  try {
    const tab = await browser.newPage()
    await tab.goto(`http://127.0.0.1:${String((site.address() as AddressInfo).port)}/`)
    await tab.waitForFunction('window.ready === true')
    const call = `use(${[server.origin, token, record].map((word) => JSON.stringify(word)).join()})`
    const seen = await tab.evaluate<Seen>(call)
    assert.deepEqual(
      { ...seen, steps: seen.steps > 0, last: seen.last > 3_000_000 },
      {
        ...{ text: 'xxxx', steps: true, last: true, replayed: true, aborted: 'AbortError' },
      },
    )
  } finally {
    await browser.close()
    site.closeAllConnections()
    await new Promise((resolve) => site.close(resolve))
  }
})

testDeployment(project)
