/**
 * `command.ts package [--to folder]` makes the tarball and its bill of materials, in release/ by default;
 * `command.ts check [--to folder]` also verifies that they may be released. Exit status: 0 made (and good), 1 not, 2 wrong words.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { changelogFaults } from './changelog.ts'
import { linkFaults } from './links.ts'
import { materialFaults } from './materials.ts'
import { makePackage, type Made } from './package.ts'
import { extract, root, treeFaults } from './tools.ts'
import { serveFaults } from './serving.ts'
import { versionFaults } from './versions.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Each step names what it found; the slow ones are not begun while a quick one fails. */
async function check(to: string): Promise<readonly string[]> {
  const quick = [...treeFaults(root), ...changelogFaults(root)]
  return quick.length > 0 ? quick : tried(make(to))
}

async function tried(made: Made): Promise<readonly string[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'dossier-release-'))
  try {
    const extracted = extract(made.tarball, join(scratch, 'extracted'))
    say('Trying it: links, bill of materials, locked versions, the demo ...')
    return [
      ...linkFaults(extracted),
      ...materialFaults(made.materials, extracted),
      ...versionFaults(extracted),
      ...(await serveFaults(made.tarball, join(scratch, 'project'))),
    ]
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function make(to: string): Made {
  mkdirSync(to, { recursive: true })
  say('Making the package ...')
  const made = makePackage(to)
  say(`${made.tarball}\n${made.materials}`)
  return made
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { to: { type: 'string' } } })
  const to = resolve(values.to ?? join(root, 'release'))
  if (positionals[0] === 'package') return make(to) && 0
  if (positionals[0] !== 'check') {
    process.stderr.write('Say "package" or "check", and where to: --to <folder>.\n')
    return 2
  }
  const faults = await check(to)
  for (const fault of faults) process.stderr.write(`Not ready for a release: ${fault}\n`)
  if (faults.length === 0) say('Ready for a release.')
  return faults.length === 0 ? 0 : 1
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`The package could not be made: ${error instanceof Error ? error.message : String(error)}\n`)
  return 1
})
