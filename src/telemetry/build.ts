import { existsSync, readFileSync } from 'node:fs'

/** This program's version, from the package.json above the sources or above the built files. */
export function version(): string {
  const manifests = ['../../package.json', '../package.json'].map((path) => new URL(path, import.meta.url))
  const found = manifests.find((manifest) => existsSync(manifest))
  if (found === undefined) return 'unknown'
  return (JSON.parse(readFileSync(found, 'utf8')) as { version?: string }).version ?? 'unknown'
}
