import { readFileSync } from 'node:fs'
import type { Lock } from './lock.ts'
import { readJson } from './tools.ts'

interface Materials {
  readonly bomFormat?: string
  readonly specVersion?: string
  readonly metadata?: { readonly component?: { readonly name?: string; readonly version?: string } }
  readonly components?: readonly { readonly name: string; readonly version: string; readonly purl?: string }[]
}

/** The bill of materials names this package and, with a package URL, each dependency in its locked version. */
export function materialFaults(file: string, extracted: string): readonly string[] {
  const { bomFormat, specVersion = '', metadata, components = [] } = JSON.parse(readFileSync(file, 'utf8')) as Materials
  const { name, version } = readJson<{ name: string; version: string }>(extracted, 'package.json')
  const about = `${String(metadata?.component?.name)}@${String(metadata?.component?.version)}`
  const named = new Set(components.filter(({ purl }) => purl?.startsWith('pkg:npm/')).map(idOf))
  const lacking = lockedIn(extracted).filter((id) => !named.has(id))
  return [
    ...(bomFormat === 'CycloneDX' && /^1\.\d$/.test(specVersion) ? [] : [`${file} is not CycloneDX 1.x.`]),
    ...(about === `${name}@${version}` ? [] : [`${file} is about ${about}, not ${name}@${version}.`]),
    ...lacking.map((id) => `${file} does not name ${id}.`),
  ]
}

function lockedIn(extracted: string): readonly string[] {
  const { packages } = readJson<Lock>(extracted, 'npm-shrinkwrap.json')
  return Object.entries(packages).flatMap(([path, { version = '' }]) =>
    path === ''
      ? []
      : [idOf({ name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), version })],
  )
}

function idOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}@${version}`
}
