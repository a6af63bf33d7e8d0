/** What became of each file, told as it happens: a line for people or (--json) a line of JSON, and the exit status at the end. */
import { countOf, sizeOf } from '../findings.ts'
import type { Options } from '../options.ts'
import { endingOf, STATUS, type Ending } from '../status.ts'
import { printable } from '../table.ts'
import { createMeter, type Meter } from './meter.ts'

type Outcome = 'uploaded' | 'downloaded' | 'present' | 'removed' | 'missing' | 'skipped'

interface Line {
  readonly outcome: Outcome
  /** What it is called in what was told. */
  readonly name: string
  readonly id?: string
  readonly path?: string
  readonly size?: number
  readonly sha256?: string
}

export interface Account {
  readonly meter: Meter
  tell(line: Line): void
  /** One file failed; the others go on. */
  fail(name: string, error: unknown): void
  /** The last line; answers the exit status: what all failures have in common, or 1. */
  end(): number
}

export function createAccount(options: Options): Account {
  const isJson = options['json'] === true
  const isQuiet = options['quiet'] === true
  const meter = createMeter(isQuiet || isJson)
  const counts = new Map<Outcome, { files: number; bytes: number }>()
  const endings = new Set<Ending>()
  let failed = 0
  const write = (to: NodeJS.WriteStream, text: string) => {
    meter.clear()
    to.write(`${text}\n`)
  }
  return {
    meter,
    tell(line) {
      const { outcome, name, id, size = 0 } = line
      const count = counts.get(outcome) ?? { files: 0, bytes: 0 }
      counts.set(outcome, { files: count.files + 1, bytes: count.bytes + size })
      if (isJson) write(process.stdout, JSON.stringify(line))
      else if (!isQuiet && outcome !== 'present')
        write(process.stdout, [outcome, id ?? '', printable(name)].filter((word) => word !== '').join('  '))
    },
    fail(name, error) {
      failed += 1
      endings.add(endingOf(error))
      const message = error instanceof Error ? error.message : String(error)
      if (isJson) write(process.stdout, JSON.stringify({ outcome: 'failed', name, error: message }))
      write(process.stderr, `dossier: ${printable(name)}: ${printable(message)}`)
    },
    end() {
      meter.clear()
      const summary = Object.fromEntries([...counts].map(([outcome, count]) => [outcome, count]))
      if (isJson) write(process.stdout, JSON.stringify({ summary: { ...summary, failed } }))
      else if (!isQuiet) write(process.stderr, sentenceOf(counts, failed))
      const [ending = 'ok', another] = endings
      return STATUS[another === undefined ? ending : 'failed']
    },
  }
}

const WORDS: Readonly<Record<Outcome, string>> = {
  uploaded: 'uploaded',
  downloaded: 'downloaded',
  present: 'there already',
  removed: 'removed',
  missing: 'not there',
  skipped: 'skipped',
}

function sentenceOf(counts: ReadonlyMap<Outcome, { files: number; bytes: number }>, failed: number): string {
  const parts = [...counts].map(
    ([outcome, { files, bytes }]) =>
      `${countOf(files, 'file')} ${WORDS[outcome]}${bytes === 0 ? '' : ` (${sizeOf(bytes)})`}`,
  )
  return [
    ...(parts.length === 0 ? ['nothing to do'] : parts),
    ...(failed === 0 ? [] : [`${String(failed)} failed`]),
  ].join(', ')
}
