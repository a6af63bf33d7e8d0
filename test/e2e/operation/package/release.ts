// A checkout of its own, with what is in this one, committed: there the changelog may say that a release is made.
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../../support/server.ts'

export interface Ran {
  readonly status: number
  readonly out: string
  readonly err: string
}

export async function releaseIn(checkout: string, to: string): Promise<Ran> {
  copyInto(checkout)
  const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string }
  writeFileSync(join(checkout, 'CHANGELOG.md'), `# Changelog\n\n## Unreleased\n\n## ${version}\n\n- All of it.\n`)
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com']
  for (const words of [
    ['init', '-q'],
    ['add', '-A'],
    [...who, 'commit', '-q', '-m', 'release'],
  ])
    execFileSync('git', words, { cwd: checkout })
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'))
  writeFileSync(join(checkout, '.git', 'info', 'exclude'), 'node_modules\n')
  return releaseCheck(checkout, to)
}

export function releaseCheck(checkout: string, to: string): Promise<Ran> {
  const words = [join(checkout, 'bin', 'release.mjs'), 'check', '--to', to]
  return new Promise((resolve) => {
    execFile(process.execPath, words, { cwd: checkout, timeout: 150_000 }, (error, out, err) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? 1), out, err })
    })
  })
}

function copyInto(checkout: string): void {
  const names = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const name of names
    .toString()
    .split('\0')
    .filter((one) => one !== '' && existsSync(join(root, one)))) {
    mkdirSync(dirname(join(checkout, name)), { recursive: true })
    cpSync(join(root, name), join(checkout, name))
  }
}
