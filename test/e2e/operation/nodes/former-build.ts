/** The program as it was one commit ago. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../support/server.ts'

export interface FormerBuild {
  readonly main: string
  /** What it is. */
  readonly what: string
  remove(): void
}

/** Without the history (a shallow clone, a package): this build as it would be without its newest migration. */
export function makeFormerBuild(): FormerBuild {
  const folder = mkdtempSync(join(tmpdir(), 'dossier-former-'))
  const what = checkOut(folder) ?? withoutNewestMigration(folder)
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
  return { main: join(folder, 'src', 'main.ts'), what, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function checkOut(folder: string): string | null {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, ...args], { maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const commit = git('rev-parse', '--verify', 'HEAD~1^{commit}').toString().trim()
    execFileSync('tar', ['-x', '-C', folder], { input: git('archive', commit, 'src', 'package.json') })
    return `commit ${commit.slice(0, 10)}`
  } catch {
    return null
  }
}

function withoutNewestMigration(folder: string): string {
  for (const name of ['src', 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true })
  const list = join(folder, 'src', 'catalog', 'migrations', 'list.ts')
  const text = readFileSync(list, 'utf8')
  const shorter = text.replace(/,?\s*\w+,?\s*\]\s*$/, ',\n]\n')
  if (shorter === text) throw new Error('the list of migrations looks different from what this test knows')
  writeFileSync(list, shorter)
  return 'this build without its newest migration, for there is no history here'
}
