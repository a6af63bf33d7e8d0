// A private PostgreSQL server, from Debian's packages, in a temporary folder that `remove` deletes.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import { makeEngineFolder } from './folder.ts'
import { freePort } from './ports.ts'

export interface Postgres {
  /** Creates a new, empty database and returns its URL. */
  database(): Promise<string>
  /** `immediate` aborts without a checkpoint, as a crash does. */
  stop(how?: 'fast' | 'immediate'): Promise<void>
  start(): Promise<void>
  /** Stops the server and deletes its data. */
  remove(): Promise<void>
}

const FOLDER = '/usr/lib/postgresql'

/** Folder of the server's programs; null if the package is not installed. */
export function postgresPrograms(): string | null {
  if (!existsSync(FOLDER)) return null
  const newest = readdirSync(FOLDER).sort((a, b) => Number(b) - Number(a))[0]
  const programs = newest === undefined ? null : join(FOLDER, newest, 'bin')
  return programs !== null && existsSync(join(programs, 'initdb')) ? programs : null
}

/** PostgreSQL refuses to run as root, so root runs it as the package's user. */
const user = process.getuid?.() === 0 ? idsOf('postgres') : null

function idsOf(name: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** `more`: additional settings of postgresql.conf, each `name=value`. */
export async function startPostgres(more: readonly string[] = []): Promise<Postgres> {
  const programs = postgresPrograms()
  if (programs === null) throw new Error('PostgreSQL is not installed; Debian calls the package postgresql.')
  const folder = makeEngineFolder('postgres')
  if (user !== null) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const options = [
    '-D',
    data,
    '-U',
    'dossier',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
    '--data-checksums',
  ]
  execFileSync(join(programs, 'initdb'), options, { ...user, cwd: folder, stdio: 'ignore' })
  const port = await freePort()
  const urlOf = (database: string) => `postgres://dossier@127.0.0.1:${String(port)}/${database}`
  let server: ChildProcess | null = null
  let databases = 0

  async function start(): Promise<void> {
    const own = [`port=${String(port)}`, `unix_socket_directories=${folder}`, 'listen_addresses=127.0.0.1']
    const settings = [...own, ...more]
    const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
    server = spawn(join(programs ?? '', 'postgres'), args, { ...user, cwd: folder, stdio: 'ignore' })
    for (let tries = 0; !(await isAnswering(urlOf('postgres'))); tries++) {
      if (tries > 400 || server.exitCode !== null) throw new Error('PostgreSQL did not start')
      await wait(25)
    }
  }

  async function stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    if (server === null || server.exitCode !== null) return
    const gone = once(server, 'exit')
    server.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await gone
  }

  await start()
  return {
    async database() {
      const name = `test${String(++databases)}`
      await withClient(urlOf('postgres'), (client) => client.query(`create database ${name}`))
      return urlOf(name)
    },
    start,
    stop,
    async remove() {
      await stop('immediate')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function isAnswering(url: string): Promise<boolean> {
  return withClient(url, (client) => client.query('select 1')).then(
    () => true,
    () => false,
  )
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
