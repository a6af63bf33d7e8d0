import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { after, before, test } from 'node:test'
import { until } from './data-folder.ts'
import { metricsIn, scrape, sumOf, type Metrics } from './metrics.ts'
import { dial, headOf } from '../support/raw.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

let server: Server
let tenant: Tenant
before(async () => {
  server = await startServer({ args: ['--workers', '2', '--host', '0.0.0.0'] })
  tenant = await createTenant(server)
})
after(() => server.stop())

function upload(name: string, bytes: Buffer): Promise<Response> {
  const form = new FormData()
  form.append('file', new File([new Uint8Array(bytes)], name))
  return tenant.zoho(`/Leads/${tenant.leadId}/Attachments`, { method: 'POST', body: form })
}

/** On a connection of its own, so that the kernel deals it out to either thread. */
function scrapeAlone(): Promise<Metrics> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false })
    request(`${server.origin}/metrics`, { agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('end', () => resolve(metricsIn(text)))
    })
      .once('error', reject)
      .end()
  })
}

const ROUTE = { dialect: 'zoho', route: '/crm/v2/:module/:record/Attachments', method: 'POST' }

test('uploads, bytes, refusals and phases are counted over all threads, whichever is asked', async () => {
  const before = await scrape(server.origin)
  for (let index = 0; index < 12; index++) {
    const response = await upload(`${String(index)}.txt`, Buffer.alloc(100_000, index))
    assert.equal(response.status, 200)
    await response.text()
  }
  await (await upload('evil.exe', Buffer.from('MZ'))).text()
  await (await fetch(`${server.origin}/crm/v2/Leads`, { headers: { authorization: 'Bearer nobody' } })).text()
  const scrapes = await Promise.all(Array.from({ length: 8 }, scrapeAlone))
  for (const metrics of scrapes) {
    const grown = (name: string, labels: Record<string, string>) =>
      sumOf(metrics, name, labels) - sumOf(before, name, labels)
    assert.equal(grown('dossier_uploads_total', { dialect: 'zoho' }), 12)
    assert.equal(grown('dossier_uploaded_files_total', { dialect: 'zoho' }), 12)
    assert.equal(grown('dossier_uploaded_bytes_total', { dialect: 'zoho' }), 1_200_000)
    assert.ok(grown('dossier_received_bytes_total', { dialect: 'zoho' }) > 1_200_000)
    assert.ok(grown('dossier_sent_bytes_total', { dialect: 'zoho' }) > 12 * 200)
    assert.equal(grown('dossier_refusals_total', { dialect: 'zoho', code: 'type_refused' }), 1)
    assert.equal(grown('dossier_refusals_total', { dialect: 'zoho', code: 'unauthenticated' }), 1)
    assert.equal(grown('dossier_requests_total', { ...ROUTE, status: '2xx' }), 12)
    assert.equal(grown('dossier_requests_total', { ...ROUTE, status: '4xx' }), 1)
    for (const [phase, count] of Object.entries({ authentication: 13, receive: 12, commit: 12, whole: 13 }))
      assert.equal(grown('dossier_request_seconds_count', { ...ROUTE, phase }), count, phase)
  }
})

test('buckets of a histogram only rise, and the last holds all', async () => {
  const metrics = await scrape(server.origin)
  const buckets = [...metrics].filter(([series]) => series.startsWith('dossier_writer_commit_seconds_bucket'))
  const values = buckets.map(([, value]) => value)
  assert.deepEqual(
    values,
    values.toSorted((one, other) => one - other),
  )
  assert.equal(values.at(-1), metrics.get('dossier_writer_commit_seconds_count'))
  assert.ok((values.at(-1) ?? 0) > 12)
  for (const sum of ['commit', 'group']) assert.ok(sumOf(metrics, `dossier_writer_${sum}_seconds_sum`) > 0)
  assert.ok(sumOf(metrics, 'dossier_writer_group_size_sum') >= sumOf(metrics, 'dossier_writer_group_size_count'))
})

test('the writer, the threads, the process and the build are told of', async () => {
  const metrics = await scrape(server.origin)
  assert.equal(sumOf(metrics, 'dossier_writer_queue_length'), 0)
  assert.ok(sumOf(metrics, 'dossier_sweep_runs_total', { outcome: 'done' }) >= 1)
  for (const thread of ['0', '1']) {
    assert.ok(metrics.has(`dossier_event_loop_delay_seconds{quantile="0.99",thread="${thread}"}`))
    assert.ok(sumOf(metrics, 'dossier_heap_used_bytes', { thread }) > 1_000_000)
  }
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_open_fds'])
    assert.ok(sumOf(metrics, name) > 0, name)
  assert.equal(sumOf(metrics, 'dossier_build_info', { node: process.version }), 1)
})

test('an open upload and its connection are seen while they last', async () => {
  const line = await dial(server.origin)
  const headers = {
    authorization: `Zoho-oauthtoken ${tenant.zohoToken}`,
    'content-type': 'multipart/form-data; boundary=b',
    'content-length': '1000',
  }
  await line.send(headOf({ target: `/crm/v2/Leads/${tenant.leadId}/Attachments`, headers }))
  await line.send('--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf')
  const isOpen = async (uploads: number) => sumOf(await scrape(server.origin), 'dossier_uploads_open') === uploads
  await until(() => isOpen(1), 'the upload is not seen')
  assert.ok(sumOf(await scrape(server.origin), 'dossier_connections_open') >= 2)
  line.destroy()
  await until(() => isOpen(0), 'the upload is seen for ever')
})

test('deleted files are counted when the sweep has removed their bytes', async () => {
  const before = await scrape(server.origin)
  const { data } = (await (await upload('big.txt', Buffer.alloc(300_000, 'big'))).json()) as {
    data: { details: { id: string } }[]
  }
  const path = `/Leads/${tenant.leadId}/Attachments/${data[0]?.details.id ?? ''}`
  assert.equal((await tenant.zoho(path, { method: 'DELETE' })).status, 200)
  const metrics = await scrape(server.origin)
  assert.equal(sumOf(metrics, 'dossier_swept_blobs_total') - sumOf(before, 'dossier_swept_blobs_total'), 1)
  assert.equal(sumOf(metrics, 'dossier_swept_bytes_total') - sumOf(before, 'dossier_swept_bytes_total'), 300_000)
})

test('series are named by patterns: ids, paths, methods and names of a client make none', async () => {
  const before = (await scrape(server.origin)).size
  for (let index = 0; index < 30; index++) {
    const random = crypto.randomUUID()
    await (await tenant.zoho(`/${random}/${random}`)).text()
    await (await fetch(`${server.origin}/${random}?${random}`, { headers: { 'user-agent': random } })).text()
    await (await fetch(`${server.origin}/contacts/${random}`, { method: 'PUT', headers: { version: random } })).text()
  }
  const metrics = await scrape(server.origin)
  // A few routes that were never asked before, each with its phases and buckets.
  assert.ok(metrics.size < before + 400, `${String(metrics.size)} series, ${String(before)} before`)
  for (const series of metrics.keys()) {
    assert.doesNotMatch(series, /[0-9a-f]{8}-/)
    assert.ok(!series.includes(tenant.leadId) && !series.includes(tenant.org))
  }
})

test('without a token it is shown to this machine alone, and never through a proxy that nobody trusts', async () => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address
  const ask = (origin: string, headers: Record<string, string> = {}) => fetch(`${origin}/metrics`, { headers })
  for (const headers of [{ 'x-forwarded-for': '127.0.0.1' }, { forwarded: 'for=127.0.0.1' }]) {
    const refused = await ask(server.origin, headers)
    assert.equal(refused.status, 403)
    assert.match(await refused.text(), /set metricsToken/)
  }
  if (outside !== undefined) {
    const refused = await ask(server.origin.replace('127.0.0.1', outside))
    assert.equal(refused.status, 403)
    assert.doesNotMatch(await refused.text(), /dossier_/)
  }
  const posted = await fetch(`${server.origin}/metrics`, { method: 'POST' })
  assert.equal(posted.status, 405)
})

test('with a token that token is wanted, also on this machine', async () => {
  const token = 'prometheus-9f2b'
  const guarded = await startServer({ env: { DOSSIER_METRICS_TOKEN: token } })
  try {
    const ask = (authorization?: string) =>
      fetch(`${guarded.origin}/metrics`, { headers: authorization === undefined ? {} : { authorization } })
    for (const wrong of [undefined, 'Bearer prometheus-9f2c', `Basic ${token}`, 'Bearer ']) {
      const refused = await ask(wrong)
      assert.equal(refused.status, 401, wrong)
      assert.equal(refused.headers.get('www-authenticate'), 'Bearer realm="metrics"')
    }
    const metrics = await scrape(guarded.origin, { authorization: `Bearer ${token}` })
    assert.ok(metrics.size > 50)
    assert.ok(!guarded.log().includes(token))
  } finally {
    await guarded.stop()
  }
})

test('turned off, nothing is counted and the path is as any other', async () => {
  const silent = await startServer({ args: ['--metrics', 'off'] })
  try {
    const response = await fetch(`${silent.origin}/metrics`)
    assert.ok(response.status >= 400)
    assert.doesNotMatch(await response.text(), /dossier_/)
  } finally {
    await silent.stop()
  }
})
