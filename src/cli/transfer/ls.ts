/** `dossier ls`: attachments, by any of the filters that the server has. */
import type { Attachment, AttachmentFilters, Pages } from '../../client/client.ts'
import { sizeOf } from '../findings.ts'
import { textOf, type Options } from '../options.ts'
import { inOrganization } from '../remote/session.ts'
import { Refusal } from '../status.ts'
import { printList, printLines, type Column } from '../table.ts'
import { numberOf } from './terms.ts'

const COLUMNS: readonly Column<Attachment>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'size', value: ({ kind, size }) => (kind === 'link' ? 'link' : sizeOf(size)), right: true },
  { title: 'created', value: ({ createdAt }) => createdAt.slice(0, 16).replace('T', ' ') },
  { title: 'name', value: ({ name, url }) => (url === null ? name : `${name} -> ${url}`) },
]

export function ls(options: Options): Promise<void> {
  return inOrganization(options, ({ attachments }) => {
    const list: Pages<Attachment> = attachments.list({ ...filtersOf(options), pageSize: 200 })
    const most = numberOf(options, 'limit', Number.POSITIVE_INFINITY)
    if (options['json'] === true) return printLines(list, JSON.stringify, most)
    if (options['quiet'] === true) return printLines(list, ({ id }) => id, most)
    return printList(options, list, COLUMNS, most)
  })
}

const TEXTS = ['module', 'field', 'kind', 'type', 'name', 'sha256', 'sort', 'order'] as const

export function filtersOf(options: Options): AttachmentFilters {
  const given: Record<string, string> = {}
  for (const name of TEXTS) {
    const value = textOf(options, name)
    if (value !== null) given[name] = value
  }
  const record = options['unfiled'] === true ? 'none' : textOf(options, 'record')
  if (record !== null) given['record'] = record
  const sizes = { minSize: bytesOf(options, 'minSize'), maxSize: bytesOf(options, 'maxSize') }
  const times = { createdFrom: timeOf(options, 'since'), createdUntil: timeOf(options, 'until') }
  for (const [name, value] of Object.entries({ ...sizes, ...times })) if (value !== null) given[name] = value
  return given
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1_024, m: 1_048_576, g: 1_073_741_824 }

/** `500`, `10k`, `1.5M`, `2GB`. */
function bytesOf(options: Options, name: string): string | null {
  const text = textOf(options, name)
  if (text === null) return null
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([kmg]?)i?b?$/i.exec(text) ?? []
  const factor = UNITS[unit.toLowerCase()]
  if (number === undefined || factor === undefined)
    throw new Refusal('usage', `"${text.slice(0, 40)}" is no size; expected one such as 500, 10k or 1.5M.`)
  return String(Math.round(Number(number) * factor))
}

/** A day, a moment, or how long ago: `2026-11-21`, `2026-11-21T08:00:00Z`, `36h`, `7d`. */
function timeOf(options: Options, name: string): string | null {
  const text = textOf(options, name)
  if (text === null) return null
  const [, number, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const ago = { m: 60_000, h: 3_600_000, d: 86_400_000 }[unit ?? '']
  const at = ago === undefined ? Date.parse(text) : Date.now() - Number(number) * ago
  if (Number.isNaN(at))
    throw new Refusal('usage', `"${text.slice(0, 40)}" is no time; expected one such as 2026-11-21, 36h or 7d.`)
  return new Date(at).toISOString()
}
