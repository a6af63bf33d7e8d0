import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..')

const TIMEOUT_MS = 180_000

/** Runs a program and answers its standard output; throws with what it wrote to standard error. */
export function run(command: string, args: readonly string[], cwd: string): string {
  try {
    const options = { cwd, encoding: 'utf8', timeout: TIMEOUT_MS, maxBuffer: 64 * 1_048_576 } as const
    return execFileSync(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? `${String(error.stderr)}`.trim() : ''
    throw new Error(`\`${command} ${args.join(' ')}\` failed: ${said === '' ? String(error) : said}`, { cause: error })
  }
}

/** npm with nothing of its own to say. */
export function npm(args: readonly string[], cwd: string): string {
  return run('npm', [...args, '--loglevel=error', '--no-audit', '--no-fund', '--no-update-notifier'], cwd)
}

export function readJson<T>(...path: readonly string[]): T {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as T
}

/** The folder with the tarball's files. */
export function extract(tarball: string, into: string): string {
  mkdirSync(into, { recursive: true })
  run('tar', ['-xzf', tarball, '-C', into, '--strip-components=1'], into)
  return into
}

export function treeFaults(folder: string): readonly string[] {
  const changes = run('git', ['status', '--porcelain'], folder).trimEnd()
  if (changes === '') return []
  const [first = '', ...more] = changes.split('\n')
  const rest = more.length === 0 ? '' : ` and ${String(more.length)} more`
  return [`the working tree is not clean (${first.trim()}${rest}); commit or remove what \`git status\` shows.`]
}
