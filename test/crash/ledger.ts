/** What clients sent, and what they were told about it. Lives outside the server, so that it survives whatever happens to that. */
import { createHash } from 'node:crypto'

/** One file that a client tried to upload, under a name that no other upload has. */
export interface Upload {
  readonly name: string
  readonly hash: string
  /** The path of the record's attachments in Zoho's language, where every upload is listed. */
  readonly list: string
  /** Set once it was acknowledged: where it is downloaded. */
  place: { readonly via: 'zoho' | 'document'; readonly path: string } | null
  /** `asked`: a deletion was sent and not answered; it may have happened or not. */
  deletion: 'none' | 'asked' | 'acknowledged'
}

export interface Ledger {
  readonly uploads: readonly Upload[]
  /** The paths of all attachment lists that something was sent to. */
  readonly lists: ReadonlySet<string>
  begin(name: string, bytes: Uint8Array, list: string): Upload
  find(name: string): Upload | undefined
  /** Acknowledged and never asked to be deleted. */
  kept(): readonly Upload[]
}

export function createLedger(): Ledger {
  const byName = new Map<string, Upload>()
  const lists = new Set<string>()
  return {
    get uploads() {
      return [...byName.values()]
    },
    lists,
    begin(name, bytes, list) {
      if (byName.has(name)) throw new Error(`two uploads are called ${name}`)
      const upload: Upload = { name, hash: sha256(bytes), list, place: null, deletion: 'none' }
      byName.set(name, upload)
      lists.add(list)
      return upload
    },
    find: (name) => byName.get(name),
    kept: () => [...byName.values()].filter(({ place, deletion }) => place !== null && deletion === 'none'),
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
