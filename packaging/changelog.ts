import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from './tools.ts'

/** A release has a section of its own in the changelog, and nothing is left under "Unreleased". */
export function changelogFaults(folder: string): readonly string[] {
  const { version } = readJson<{ version: string }>(folder, 'package.json')
  const sections = sectionsOf(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8'))
  const entry = sections.get(version)
  const waiting = sections.get('Unreleased') ?? []
  return [
    ...(entry === undefined ? [`CHANGELOG.md has no section "## ${version}", the version in package.json.`] : []),
    ...(entry?.length === 0 ? [`the section "## ${version}" of CHANGELOG.md is empty.`] : []),
    ...(waiting.length === 0 ? [] : [`${linesAre(waiting.length)} still under "Unreleased".`]),
  ]
}

/** The lines of each section; a heading may carry a date behind its version. */
function sectionsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const parts = text.split(/^## /m).slice(1)
  return new Map(
    parts.map((part) => {
      const [heading = '', ...lines] = part.split('\n')
      return [heading.split(' ')[0]?.replace(/[[\]]/g, '') ?? '', lines.filter((line) => line.trim() !== '')]
    }),
  )
}

function linesAre(count: number): string {
  return count === 1 ? '1 line of CHANGELOG.md is' : `${String(count)} lines of CHANGELOG.md are`
}
