/** Starts the served program as a process of its own, in a folder of its own; imports nothing of the product. */
import { spawn, execFile, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { checkAnswersOf } from './described.ts'
import { storesOf } from '../operation/stores.ts'

export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))
const main = join(root, 'src', 'main.ts')
/** As the launcher has it: hundreds of starts would each strip the same types. */
const NODE_COMPILE_CACHE = join(root, 'node_modules', '.cache', 'dossier')
const run = promisify(execFile)

export interface ServerOptions {
  /** More flags of `serve` (or of `command`). */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly command?: 'serve' | 'demo'
  /** Another build's; this one's by default. */
  readonly main?: string
  /** An existing data folder; a new one by default, removed by `stop`. */
  readonly folder?: string
}

export interface Server {
  readonly origin: string
  readonly folder: string
  readonly pid: number
  /** What it wrote so far. */
  readonly output: () => string
  readonly log: () => string
  /** Runs a command of the command line on the same data folder and parses its JSON. */
  cli<T>(...args: string[]): Promise<T>
  /** SIGTERM and wait; answers the exit status. The folder stays when it was given. */
  stop(): Promise<number | null>
  /** SIGKILL and wait; the folder stays. */
  kill(): Promise<void>
  /** Removes the data folder; for after `kill`. */
  remove(): void
}

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'dossier-e2e-'))
  const args = [
    options.main ?? main,
    options.command ?? 'serve',
    '--data',
    folder,
    '--port',
    '0',
    ...(options.args ?? []),
  ]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE, ...(await storesOf(folder)), ...options.env },
  })
  const heard = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (heard.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (heard.err += text))
  const remove = () => {
    rmSync(folder, { recursive: true, force: true })
  }
  const origin = await originOf(child, heard).catch((error: unknown) => {
    if (options.folder === undefined) remove()
    throw error
  })
  checkAnswersOf(origin)
  return {
    origin,
    folder,
    pid: child.pid ?? 0,
    output: () => heard.out,
    log: () => heard.err,
    cli: (...words) => ask(folder, words, options.env),
    async stop() {
      await end(child, 'SIGTERM')
      if (options.folder === undefined) remove()
      return child.exitCode
    },
    kill: () => end(child, 'SIGKILL'),
    remove,
  }
}

/** Runs a command on a data folder and parses its JSON. */
export function cli<T>(folder: string, ...words: string[]): Promise<T> {
  return ask(folder, words)
}

async function ask<T>(folder: string, words: readonly string[], more: ServerOptions['env'] = {}): Promise<T> {
  const env = { ...process.env, NODE_COMPILE_CACHE, ...(await storesOf(folder)), ...more }
  const { stdout } = await run(process.execPath, [main, ...words, '--data', folder, '--json'], { env })
  return JSON.parse(stdout) as T
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

function originOf(child: ChildProcess, heard: { out: string; err: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = / at (https?:\/\/\S+?:\d+)\s/.exec(heard.out)?.[1]
      if (found !== undefined) resolve(found)
    }
    child.stdout?.on('data', look)
    child.once('error', reject)
    child.once('exit', (code) => {
      reject(new Error(`the server ended with ${String(code)} before it listened:\n${heard.out}${heard.err}`))
    })
  })
}
