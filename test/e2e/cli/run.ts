/** Runs commands that speak to a server as a shell would: with standard input, and killed in the middle. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { root } from '../support/server.ts'

export interface Ran {
  /** Null when a signal ended it. */
  readonly status: number | null
  readonly out: string
  readonly bytes: Buffer
  readonly err: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ran>
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
  readonly cwd?: string
}

const NODE_COMPILE_CACHE = join(root, 'node_modules', '.cache', 'dossier')

export function start(words: readonly string[], { env = {}, input, cwd }: RunOptions = {}): Running {
  const child = spawn(process.execPath, [join(root, 'src', 'main.ts'), ...words], {
    env: { ...process.env, NODE_COMPILE_CACHE, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 90_000,
  })
  child.stdin.on('error', () => undefined).end(input ?? '')
  return { child, ended: heard(child) }
}

export function run(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return start(words, options).ended
}

async function heard(child: ChildProcess): Promise<Ran> {
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
  const [status] = (await once(child, 'close')) as [number | null]
  const bytes = Buffer.concat(out)
  return { status, out: bytes.toString(), bytes, err: Buffer.concat(err).toString() }
}

/** Lines of JSON. */
export function jsonLines<T>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}
