/**
 * Values that a PUT may write into a file field. `meta` is written by the server and read for `deleted` only, so
 * clients cannot forge a file.
 */
import type { Field } from '../../core/model/model.ts'
import type { EntryTarget } from '../../core/crm/records.ts'
import type { Call } from '../../http/contracts.ts'
import { invalidUrl } from './faults.ts'
import type { LocationContext } from './context.ts'

export interface FileEntry {
  readonly key: string
  readonly target: EntryTarget
}

const MAX_ENTRIES = 500
const MAX_KEY_LENGTH = 200
const MAX_URL_LENGTH = 3_000

type Given = Readonly<Record<string, unknown>>

/**
 * Returns null if the field stays unchanged. An empty list clears it. Fault: `invalid_input` about `link`; nothing is
 * changed then.
 */
export async function fileEntriesOf(
  call: Call,
  context: LocationContext,
  field: Field,
  value: unknown,
): Promise<readonly FileEntry[] | null> {
  // The live API answers 200 to lists and to several URLs joined by commas, and changes nothing.
  if (value === undefined || Array.isArray(value) || isJoined(value)) return null
  if (value === null || value === '') return []
  if (typeof value === 'string')
    return [{ key: crypto.randomUUID(), target: await targetOf(call, context, field, { url: value }) }]
  if (!isObject(value)) throw badEntry(field)
  return entriesOf(call, context, field, isEntry(value) ? { [keyOf(value)]: value } : value)
}

async function entriesOf(
  call: Call,
  context: LocationContext,
  field: Field,
  map: Given,
): Promise<readonly FileEntry[]> {
  const given = Object.entries(map).filter(([, entry]) => entry !== null && !isDeleted(entry))
  if (given.length > MAX_ENTRIES || given.some(([key]) => key === '' || key.length > MAX_KEY_LENGTH))
    throw invalidUrl(
      `The custom field "${field.name.slice(0, 60)}" takes at most ${String(MAX_ENTRIES)} files, each under a file id of 1 to ${String(MAX_KEY_LENGTH)} characters.`,
    )
  const entries: FileEntry[] = []
  for (const [key, entry] of given) {
    const named = typeof entry === 'string' ? { url: entry } : entry
    if (!isObject(named)) throw badEntry(field)
    entries.push({ key, target: await targetOf(call, context, field, named) })
  }
  return entries
}

/** A document of this server by its URL or id; any other http(s) URL is stored as a link and never fetched. */
async function targetOf(
  call: Call,
  context: LocationContext,
  field: Field,
  { url, documentId }: Given,
): Promise<EntryTarget> {
  const text = typeof url === 'string' ? url.trim() : ''
  const own = text === '' ? null : call.attachmentAt(text)
  if (own !== null) return own
  if (typeof documentId === 'string' && (text === '' || (await isOwn(call, context, documentId))))
    return { document: documentId }
  if (!isLink(text)) throw badEntry(field)
  return { url: text }
}

/** A URL made under a former origin still identifies its document by id; with an unknown id the URL stays a link. */
async function isOwn(call: Call, { actor }: LocationContext, documentId: string): Promise<boolean> {
  const document = await call.services.attachments.document(documentId).catch(() => null)
  return document?.organization === actor.organization
}

function badEntry(field: Field): Error {
  return invalidUrl(
    `The custom field "${field.name.slice(0, 60)}" holds files: send {"<file id>": {"url": "https://..."}}, one http or https URL of at most ${String(MAX_URL_LENGTH)} characters, or "" to clear it.`,
  )
}

function isJoined(value: unknown): boolean {
  if (typeof value !== 'string' || !value.includes(',')) return false
  return value.split(',').every((piece) => /^\s*https?:\/\//i.test(piece))
}

function isLink(text: string): boolean {
  return text.length <= MAX_URL_LENGTH && /^https?:\/\/[^/]/i.test(text) && URL.canParse(text)
}

/** HighLevel's own forms leave a replaced file in the map with this mark. */
function isDeleted(entry: unknown): boolean {
  return isObject(entry) && isObject(entry['meta']) && entry['meta']['deleted'] === true
}

/** A single entry that is not wrapped in a map. */
function isEntry(value: Given): boolean {
  return typeof value['url'] === 'string' || typeof value['documentId'] === 'string'
}

function keyOf({ meta }: Given): string {
  const uuid = isObject(meta) ? meta['uuid'] : undefined
  return typeof uuid === 'string' && uuid !== '' ? uuid : crypto.randomUUID()
}

function isObject(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
