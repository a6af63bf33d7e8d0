/**
 * Makes the package. `npm pack` in the checkout would leave out what scripts make, silently, because install scripts
 * are switched off there; so the build is run here, and the files are packed from a folder of their own, where the
 * manifest has no scripts and the versions of all dependencies are locked.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shrinkwrapOf, type Lock } from './lock.ts'
import { extract, npm, readJson, root } from './tools.ts'

export interface Made {
  /** Path of the .tgz. */
  readonly tarball: string
  /** Path of the bill of materials, CycloneDX as JSON. */
  readonly materials: string
}

export function makePackage(to: string): Made {
  const scratch = mkdtempSync(join(tmpdir(), 'dossier-package-'))
  try {
    npm(['run', '--silent', 'build'], root)
    // npm names the bill of materials after the folder.
    const { name } = readJson<{ name: string }>(root, 'package.json')
    const staged = extract(pack(root, scratch), join(scratch, name))
    if (!existsSync(join(staged, 'dist', 'main.js'))) throw new Error('dist/main.js is not in the package.')
    writeJson(join(staged, 'package.json'), manifestOf(readJson(staged, 'package.json')))
    writeJson(join(staged, 'npm-shrinkwrap.json'), shrinkwrapOf(readJson<Lock>(root, 'package-lock.json')))
    const tarball = pack(staged, to)
    const materials = tarball.replace(/\.tgz$/, '.cdx.json')
    const sbom = ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only']
    writeFileSync(materials, npm(sbom, staged))
    return { tarball, materials }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The path of the tarball; `ignore-scripts` on purpose, whatever a machine's own settings say. */
function pack(folder: string, to: string): string {
  const had = new Set(readdirSync(to))
  const said = npm(['pack', '--ignore-scripts', '--json', '--pack-destination', to], folder)
  const name = /"filename": "([^"]+)"/.exec(said)?.[1]?.replace('@', '').replace('/', '-')
  if (name === undefined || (!had.has(name) && !readdirSync(to).includes(name)))
    throw new Error(`npm pack made no file: ${said}`)
  return join(to, name)
}

/** As others need it: nothing that only a checkout can do. */
function manifestOf({ scripts: _scripts, devDependencies: _dev, ...manifest }: Record<string, unknown>): object {
  return manifest
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}
