// A private Ceph cluster with its S3 gateway, from Debian's packages, in a temporary folder: a real object store.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { makeEngineFolder } from './folder.ts'
import { freePort } from './ports.ts'

export const ACCESS_KEY = 'dossier'
export const SECRET_KEY = 'dossier-secret'

export interface Ceph {
  readonly endpoint: string
  /** Creates a new, empty bucket. */
  bucket(): Promise<string>
  /** Sets the bucket's quota, in objects; null: no quota. */
  limit(bucket: string, objects: number | null): void
  /** Kills the gateway as a crash does; objects are kept. */
  killGateway(): Promise<void>
  startGateway(): Promise<void>
  remove(): Promise<void>
}

export function hasCeph(): boolean {
  return ['ceph-mon', 'ceph-osd', 'radosgw'].every((program) => existsSync(`/usr/bin/${program}`))
}

const KEYRINGS = [
  ['mon.', 'mon', 'allow *'],
  ['client.admin', 'mon', 'allow *', 'osd', 'allow *', 'mgr', 'allow *'],
  ['osd.0', 'mon', 'allow profile osd', 'osd', 'allow *'],
  ['client.rgw.a', 'mon', 'allow rw', 'osd', 'allow rwx'],
] as const

export async function startCeph(): Promise<Ceph> {
  const folder = makeEngineFolder('ceph')
  const [monitorPort, gatewayPort] = [await freePort(), await freePort()]
  const endpoint = `http://127.0.0.1:${String(gatewayPort)}`
  const conf = join(folder, 'ceph.conf')
  const cluster = randomUUID()
  writeFileSync(conf, configurationOf(folder, cluster, monitorPort, gatewayPort))
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, [...args, '-c', conf], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const spawnDaemon = (program: string, ...args: string[]) =>
    spawn(program, [...args, '-c', conf, '-f'], { cwd: folder, stdio: 'ignore' })
  const processes: ChildProcess[] = []

  for (const [entity, ...caps] of KEYRINGS) makeKey(folder, entity, caps)
  const map = join(folder, 'monmap')
  execFileSync(
    'monmaptool',
    ['--create', '--fsid', cluster, '--addv', 'a', `[v2:127.0.0.1:${String(monitorPort)}]`, map],
    {
      stdio: 'ignore',
    },
  )
  for (const name of ['mon', 'osd']) mkdirSync(join(folder, name))
  run('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map, '--keyring', join(folder, 'keyring'))
  processes.push(spawnDaemon('ceph-mon', '-i', 'a'))
  const osd = randomUUID()
  run('ceph', 'osd', 'new', osd)
  run('ceph-osd', '--mkfs', '-i', '0', '--osd-uuid', osd)
  processes.push(spawnDaemon('ceph-osd', '-i', '0'))

  let gateway: ChildProcess | null = null
  const startGateway = async () => {
    gateway = spawnDaemon('radosgw', '-n', 'client.rgw.a')
    for (let tries = 0; !(await isAnswering(endpoint)); tries++) {
      if (tries > 600 || gateway.exitCode !== null) throw new Error('the Ceph gateway did not start')
      await wait(50)
    }
  }
  const killGateway = () => kill(gateway)
  await startGateway()
  run(
    'radosgw-admin',
    'user',
    'create',
    '--uid',
    'test',
    '--display-name',
    'test',
    '--access-key',
    ACCESS_KEY,
    '--secret-key',
    SECRET_KEY,
    '-n',
    'client.rgw.a',
  )
  let buckets = 0
  return {
    endpoint,
    async bucket() {
      const name = `test-${String(++buckets)}`
      const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY }
      const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
      await client.send(new CreateBucketCommand({ Bucket: name }))
      client.destroy()
      return name
    },
    limit(name, objects) {
      const quota = (...words: string[]) =>
        run('radosgw-admin', 'quota', ...words, '--quota-scope=bucket', '--bucket', name, '-n', 'client.rgw.a')
      if (objects !== null) quota('set', `--max-objects=${String(objects)}`)
      quota(objects === null ? 'disable' : 'enable')
    },
    killGateway,
    startGateway,
    async remove() {
      await Promise.all([killGateway(), ...processes.map(kill)])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function kill(process: ChildProcess | null): Promise<void> {
  if (process === null || process.exitCode !== null || process.signalCode !== null) return
  const gone = once(process, 'exit')
  process.kill('SIGKILL')
  await gone
}

async function isAnswering(endpoint: string): Promise<boolean> {
  return fetch(endpoint, { signal: AbortSignal.timeout(2_000) }).then(
    (answer) => answer.status < 500,
    () => false,
  )
}

/** Writes one keyring file per entity, and one with all entities, from which the cluster is created. */
function makeKey(folder: string, entity: string, caps: readonly string[]): void {
  const own = join(folder, `keyring.${entity}`)
  const pairs = caps.flatMap((cap, index) => (index % 2 === 0 ? ['--cap', cap, caps[index + 1] ?? ''] : []))
  execFileSync('ceph-authtool', ['--create-keyring', own, '--gen-key', '-n', entity, ...pairs], { stdio: 'ignore' })
  writeFileSync(join(folder, 'keyring'), readFileSync(own), { flag: 'a' })
}

function configurationOf(folder: string, cluster: string, monitorPort: number, gatewayPort: number): string {
  return `[global]
fsid = ${cluster}
mon initial members = a
mon host = [v2:127.0.0.1:${String(monitorPort)}]
public addr = 127.0.0.1
ms bind ipv6 = false
keyring = ${folder}/keyring
run dir = ${folder}
log file = ${folder}/$name.log
admin socket = ${folder}/$name.asok
pid file = ${folder}/$name.pid
crash dir = ${folder}
auth allow insecure global id reclaim = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd crush chooseleaf type = 0
osd crush update on start = true
mon allow pool size one = true
mon max pg per osd = 1000
paxos propose interval = 0.05
mon data = ${folder}/mon
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd class load list = *
osd class default list = *
rgw frontends = beast endpoint=127.0.0.1:${String(gatewayPort)}
rgw data = ${folder}
`
}
