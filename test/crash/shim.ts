/** Runs a server behind shim.c, which writes down, breaks or ends it at any call to the operating system. */
import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  writeSync,
  mkdtempSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root, startServer, type Server } from '../e2e/support/server.ts'

/** A step of an upload, as the operating system sees it; patterns are fnmatch(3)'s, of paths below the watched folder. */
export interface Rule {
  readonly action: 'kill-before' | 'kill-after' | 'fail' | 'skip'
  readonly call: 'open' | 'write' | 'truncate' | 'sync' | 'link' | 'rename' | 'unlink' | 'mkdir' | 'answer' | '*'
  readonly path: string
  /** The first matching call, counted from 1; 1 by default. */
  readonly from?: number
  /** How many; all by default. */
  readonly count?: number
  /** For `fail`. */
  readonly errno?: number
}

interface StartOptions {
  /** False: without the shim. */
  readonly watched?: boolean
  /** For every Node of the stage, such as what it preloads. */
  readonly nodeArgs?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Stage {
  /** The watched folder. The data folder is `data` in it. */
  readonly folder: string
  readonly data: string
  readonly journal: string
  /** From now on these rules hold, in every process of the stage, and their counts begin anew. */
  arm(...rules: readonly Rule[]): void
  start(options?: StartOptions): Promise<Server>
  remove(): void
}

const RULES_SIZE = 4_096
const run = promisify(execFile)
export const SERVE = ['--log-level', 'warn', '--no-limits']

/** Many servers are started: what Node compiled for one is good for the next. */
export const quick = { NODE_COMPILE_CACHE: join(tmpdir(), 'dossier-compiled') }

/** `journal` also writes down every change: for a power cut. */
export function openStage({ journal = false } = {}): Stage {
  const outside = mkdtempSync(join(tmpdir(), 'dossier-stage-'))
  const folder = join(outside, 'disk')
  mkdirSync(folder)
  const data = join(folder, 'data')
  const paths = { rules: join(outside, 'rules'), journal: join(outside, 'journal') }
  const rules = openSync(paths.rules, 'w')
  writeSync(rules, Buffer.alloc(RULES_SIZE))
  let number = 0
  const env = ({ nodeArgs = '', env: more = {} }: StartOptions) => ({
    ...more,
    LD_PRELOAD: compiledShim(),
    // Calls that go round the C library cannot be watched.
    UV_USE_IO_URING: '0',
    ...quick,
    CRASH_ROOT: folder,
    CRASH_RULES: paths.rules,
    NODE_OPTIONS: nodeArgs,
    ...(journal ? { CRASH_JOURNAL: paths.journal } : {}),
  })
  return {
    folder,
    data,
    journal: paths.journal,
    arm(...given) {
      writeSync(rules, paddedRules(given), 0, RULES_SIZE - 8, 8)
      // The number last: whoever sees it sees the rules as well.
      writeSync(rules, String(++number).padStart(8, '0'), 0)
    },
    async start(options = {}) {
      if (options.watched === false) return startServer({ folder: data, args: SERVE, env: quick })
      const server = await startServer({ folder: data, args: SERVE, env: env(options) })
      return { ...server, cli: (...words) => watchedCli(data, words, env(options)) }
    },
    remove: () => rmSync(outside, { recursive: true, force: true }),
  }
}

/** The command line's own writes are part of what a power cut may lose. */
async function watchedCli<T>(data: string, words: readonly string[], env: Record<string, string>): Promise<T> {
  const args = [join(root, 'src', 'main.ts'), ...words, '--data', data, '--json']
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...env } })
  return JSON.parse(stdout) as T
}

function paddedRules(rules: readonly Rule[]): Buffer {
  const lines = rules.map(({ action, call, path, from = 1, count = 1e9, errno = 0 }) =>
    [action, call, path, from, count, errno].join(' '),
  )
  const text = Buffer.from(`${lines.join('\n')}\n`)
  if (text.length >= RULES_SIZE - 9) throw new Error('too many rules')
  return Buffer.concat([text, Buffer.alloc(RULES_SIZE - 8 - text.length)])
}

/** Compiled once per version of it. */
function compiledShim(): string {
  const source = join(import.meta.dirname, 'shim.c')
  const digest = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 16)
  const library = join(tmpdir(), `dossier-shim-${digest}.so`)
  if (existsSync(library)) return library
  const folder = mkdtempSync(join(tmpdir(), 'dossier-shim-'))
  const fresh = join(folder, 'shim.so')
  execFileSync('gcc', ['-O2', '-shared', '-fPIC', '-o', fresh, source, '-ldl', '-lpthread'])
  renameSync(fresh, library)
  rmdirSync(folder)
  return library
}
