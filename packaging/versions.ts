import type { Lock } from './lock.ts'
import { npm, readJson } from './tools.ts'

/** `npm ci` in the extracted package, as deploy/ does it, installs the locked versions and nothing else. */
export function versionFaults(extracted: string): readonly string[] {
  const { packages } = readJson<Lock>(extracted, 'npm-shrinkwrap.json')
  npm(['ci', '--omit=dev', '--ignore-scripts'], extracted)
  const installed = readJson<Lock>(extracted, 'node_modules', '.package-lock.json').packages
  const strange = Object.entries(installed).filter(([path, { version }]) => packages[path]?.version !== version)
  const lacking = Object.entries(packages).filter(
    ([path, { optional }]) => path !== '' && optional !== true && installed[path] === undefined,
  )
  const unverified = Object.entries(packages).filter(([path, { integrity }]) => path !== '' && integrity === undefined)
  return [
    ...strange.map(
      ([path, { version }]) => `${path} was installed as ${String(version)}, which is not the locked version.`,
    ),
    ...lacking.map(([path]) => `${path} is locked and was not installed.`),
    ...unverified.map(([path]) => `${path} is locked without a hash.`),
  ]
}
