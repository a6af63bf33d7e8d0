// `npm run cluster`: three nodes behind nginx, on real engines, started by one command and stopped by another.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { execFile } from 'node:child_process'
import { freePort } from '../../../engines/ports.ts'
import { missing, need } from '../../support/require.ts'
import { scrape, sumOf } from './metrics.ts'
import { root } from '../support/server.ts'

interface State {
  readonly origin: string
  readonly nodes: readonly { readonly origin: string; readonly pid: number }[]
  readonly sample: { readonly lead: string; readonly zohoToken: string }
}

describe('a cluster', { skip: missing('postgres', 'ceph', 'nginx') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'dossier-cluster-'))
  let state: State
  let port: string

  before(async () => {
    need('postgres', 'ceph', 'nginx')
    port = String((await freePort()) - 3)
    const { status, out, err } = await cluster('start', '--port', port, '--json')
    assert.equal(status, 0, err)
    state = JSON.parse(out) as State
  })
  after(async () => {
    await cluster('stop')
    rmSync(folder, { recursive: true, force: true })
  })

  function cluster(...words: string[]): Promise<{ status: number; out: string; err: string }> {
    const command = [join(root, 'deploy', 'cluster', 'command.ts'), ...words, '--folder', folder]
    return new Promise((resolve) => {
      execFile(process.execPath, command, { timeout: 90_000 }, (error, out, err) => {
        resolve({ status: error === null ? 0 : Number(error.code), out, err })
      })
    })
  }

  function call(path: string, init: RequestInit = {}): Promise<Response> {
    const { lead, zohoToken } = state.sample
    const headers = { authorization: `Zoho-oauthtoken ${zohoToken}` }
    return fetch(`${state.origin}/crm/v2/Leads/${lead}/Attachments${path}`, { ...init, headers })
  }

  async function upload(size: number): Promise<string> {
    const body = new FormData()
    body.append('file', new File([Buffer.alloc(size, String(size))], `${String(size)}.txt`))
    const response = await call('', { method: 'POST', body })
    assert.equal(response.status, 200, await response.clone().text())
    return ((await response.json()) as { data: [{ details: { id: string } }] }).data[0].details.id
  }

  test('nginx hands uploads to every node, and any of them gives any file out', async () => {
    const sizes = Array.from({ length: 24 }, (_, index) => 1_000 + index * 9_000)
    const ids = await Promise.all(sizes.map(upload))
    const counts = await Promise.all(state.nodes.map(({ origin }) => scrape(origin)))
    for (const metrics of counts) assert.ok(sumOf(metrics, 'dossier_uploads_total', { dialect: 'zoho' }) > 0)
    for (const [index, id] of ids.entries()) assert.equal((await (await call(`/${id}`)).bytes()).length, sizes[index])
    assert.equal((await fetch(`${state.origin}/metrics`)).status, 404)
  })

  test('a large file passes nginx as it comes, and what is too large is refused in the dialect’s voice', async () => {
    const id = await upload(30_000_000)
    assert.equal((await (await call(`/${id}`)).bytes()).length, 30_000_000)
    const body = new FormData()
    body.append('file', new File([Buffer.alloc(105_000_000)], 'large.txt'))
    const response = await call('', { method: 'POST', body })
    assert.match(await response.text(), /"code":"FILE_SIZE_MORE_THAN_ALLOWED_SIZE"|"status":"error"/)
  })

  test('a node that is killed is not missed, and comes back', async () => {
    const [killed] = state.nodes
    assert.ok(killed)
    const answers = () =>
      fetch(`${killed.origin}/api/v1/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    process.kill(killed.pid, 'SIGKILL')
    // An upload that is under way to it as it dies is its sender's to repeat: nginx repeats none.
    for (let isThere = true; isThere;) isThere = await answers()
    for (let count = 0; count < 12; count++) await upload(2_000_000 + count)
    for (let tries = 0; !(await answers()); tries++) {
      assert.ok(tries < 200, 'it does not come back')
      await wait(50)
    }
    const { nodes } = JSON.parse((await cluster('status', '--json')).out) as State
    assert.notEqual(nodes[0]?.pid, killed.pid)
  })

  test('it runs once, and is gone with all that it kept', async () => {
    const again = await cluster('start', '--port', port)
    assert.deepEqual([again.status, again.err], [1, 'A cluster runs here already; npm run cluster:stop ends it.\n'])
    assert.equal((await cluster('stop')).status, 0)
    assert.equal((await cluster('status')).status, 3)
    for (const { origin } of [state, ...state.nodes]) await assert.rejects(fetch(origin))
    assert.ok(!readdirSync(folder).includes('nodes'))
  })

  test('what is wrong is said', async () => {
    assert.match((await cluster('begin')).err, /^There is no "begin"/)
    assert.match((await cluster('start', '--port', '65535')).err, /is no port with three after it/)
    assert.match((await cluster('--nodes', '3')).err, /Unknown option '--nodes'/)
  })
})
