/**
 * Three nodes behind nginx, on a private PostgreSQL and Ceph gateway. Arguments: folder, port of nginx; the nodes use
 * the next three ports.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ACCESS_KEY, SECRET_KEY, startCeph } from '../../engines/ceph.ts'
import { startPostgres } from '../../engines/postgres.ts'
import { startNginx } from './nginx.ts'
import { startNode, type ClusterNode } from './node.ts'
import { sendRequest, controlSocketOf, type Sample, type State } from './folder.ts'
import { makeSample } from './sample.ts'

const NODES = 3
const [folder = '', portText = ''] = process.argv.slice(2)
const port = Number(portText)
const origin = `http://127.0.0.1:${portText}`

mkdirSync(folder, { recursive: true, mode: 0o700 })
if ((await sendRequest(folder, 'status')) !== null) throw new Error('A cluster runs here already.')
rmSync(controlSocketOf(folder), { force: true })

let starting: string | null = 'PostgreSQL and Ceph'
/** Environment of all nodes. */
const env: Record<string, string> = { AWS_ACCESS_KEY_ID: ACCESS_KEY, AWS_SECRET_ACCESS_KEY: SECRET_KEY }
let sample: Sample | null = null
const nodes: ClusterNode[] = []
/** Stop functions of everything that runs; called in reverse order. */
const stops: (() => Promise<unknown>)[] = []
let ending: Promise<void> | null = null

const stateOf = (): State => ({
  starting,
  origin,
  nodes: nodes.map((node) => ({ origin: node.origin, pid: node.pid() })),
  databaseUrl: env['DOSSIER_DATABASE_URL'] ?? '',
  blobsUrl: env['DOSSIER_BLOBS_URL'] ?? '',
  s3Endpoint: env['DOSSIER_S3_ENDPOINT'] ?? '',
  sample,
})

const control = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => undefined)
  void text(socket).then(async (request) => {
    if (request === 'stop') await shutDown()
    socket.end(JSON.stringify(stateOf()))
  })
}).listen(controlSocketOf(folder))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void shutDown())

function shutDown(): Promise<void> {
  return (ending ??= (async () => {
    for (let last = stops.pop(); last !== undefined; last = stops.pop()) await last()
    rmSync(join(folder, 'nodes'), { recursive: true, force: true })
    control.close()
  })())
}

/** A step that was still starting when the shutdown began is stopped here, because `end` does not know it. */
async function step(next: string, begin: () => Promise<() => Promise<unknown>>): Promise<void> {
  if (ending !== null) return
  starting = next
  const stop = await begin()
  if (ending === null) stops.push(stop)
  else await stop()
}

async function startEngines(): Promise<() => Promise<unknown>> {
  const [postgres, ceph] = await Promise.all([startPostgres(), startCeph()])
  Object.assign(env, {
    DOSSIER_DATABASE_URL: await postgres.database(),
    DOSSIER_BLOBS_URL: `s3://${await ceph.bucket()}/files`,
    DOSSIER_S3_ENDPOINT: ceph.endpoint,
  })
  return () => Promise.all([postgres.remove(), ceph.remove()])
}

async function startNodes(): Promise<() => Promise<unknown>> {
  const numbers = Array.from({ length: NODES }, (_, index) => index + 1)
  const started = numbers.map((number) => {
    const name = `node-${String(number)}`
    return startNode({ port: port + number, data: join(folder, 'nodes', name), log: join(folder, `${name}.log`), env })
  })
  const stop = () => Promise.all(nodes.map((node) => node.stop()))
  const outcomes = await Promise.allSettled(started)
  for (const outcome of outcomes) if (outcome.status === 'fulfilled') nodes.push(outcome.value)
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed === undefined) return stop
  await stop()
  throw failed.reason
}

try {
  await step('PostgreSQL and Ceph', startEngines)
  await step('the nodes', startNodes)
  await step('nginx', async () => (await startNginx(folder, port)).stop)
  if (ending === null) sample = await makeSample(nodes[0]?.origin ?? '', join(folder, 'nodes', 'node-1'))
  starting = null
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
  await shutDown()
}
