import type { Finding, FindingKind } from '../core/integrity/findings.ts'
import type { Options } from './options.ts'
import { createProgress, type Progress } from './progress.ts'
import { STATUS } from './status.ts'

const LABELS: Readonly<Record<FindingKind, string>> = {
  missing: 'missing bytes',
  wrong_size: 'wrong size',
  wrong_hash: 'changed bytes',
  unreadable: 'unreadable bytes',
  orphan: 'bytes without a row',
  leftover: 'bytes that were given up',
  wrong_count: 'wrong count of holders',
  no_row: 'no row for the bytes',
  given_up: 'attachment of bytes given up',
  mismatch: 'attachment and bytes differ',
  damaged_catalog: 'damaged catalog',
}

export interface Findings {
  readonly progress: Progress
  readonly report: (finding: Finding) => void
  /** Writes a line that is no finding. */
  write(value: object, line: string): void
  readonly remaining: number
  readonly mended: number
  /** Writes the last line: for people, or (`summary`) for programs. Returns the exit status. */
  finish(summary: object, line: string): number
}

/** Each finding is written immediately: as a line for people, or (--json) as a line of JSON. */
export function createFindings(options: Options): Findings {
  const isJson = options['json'] === true
  const progress = createProgress(isJson)
  const count = { remaining: 0, mended: 0 }
  const write = (value: object, line: string) => {
    progress.clear()
    process.stdout.write(`${isJson ? JSON.stringify(value) : line}\n`)
  }
  return {
    progress,
    get remaining() {
      return count.remaining
    },
    get mended() {
      return count.mended
    },
    write,
    report(finding) {
      count[finding.mended ? 'mended' : 'remaining'] += 1
      write(finding, lineOf(finding))
    },
    finish(summary, line) {
      write({ summary: { ...summary, findings: count } }, line)
      return count.remaining === 0 ? 0 : STATUS.findings
    },
  }
}

function lineOf({ kind, key, organization, attachments, expected, found, mended }: Finding): string {
  const where = [
    ...(key === null ? [] : [`blob ${key}`]),
    ...(organization === null ? [] : [`organization ${organization}`]),
    ...(attachments.length === 0 ? [] : [`attachments ${attachments.join(' ')}`]),
  ]
  return `${mended ? 'mended: ' : ''}${LABELS[kind]}: expected ${expected}, found ${found}${where.length === 0 ? '' : ` (${where.join(', ')})`}`
}

/** Human-readable locations of catalog and bytes. */
export function describeStores({ catalog, bytes }: { readonly catalog: string; readonly bytes: string }): string {
  return catalog === bytes ? catalog : `${catalog} and ${bytes}`
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB']

/** A size in bytes, formatted with a binary unit. */
export function sizeOf(bytes: number): string {
  const unit = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1_024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit] ?? ''}`
}

export function countOf(count: number, one: string): string {
  return `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`
}
