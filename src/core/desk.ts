import { createAccess, type Access } from './access.ts'
import { createAttachments, type Attachments } from './attachments.ts'
import type { Catalog } from './catalog.ts'
import type { BlobStore, Log, Sniff } from './contracts.ts'
import { createFields, type Fields } from './fields.ts'
import { createIdSource } from './ids.ts'
import { createOrganizations, type Organizations } from './organizations.ts'
import { createRecords, type Records } from './records.ts'
import { createSweep, type Sweep } from './sweep.ts'

/** Where every dialect, the command line and background work have things decided. */
export interface Desk {
  readonly access: Access
  readonly organizations: Organizations
  readonly records: Records
  readonly fields: Fields
  readonly attachments: Attachments
  readonly sweep: Sweep
  readonly sniff: Sniff
}

export interface Shelves {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  readonly log: Log
  readonly sniff: Sniff
  readonly now?: () => number
}

export function createDesk({ catalog, blobs, log, sniff, now = Date.now }: Shelves): Desk {
  const newId = createIdSource(now)
  const sweep = createSweep(catalog, blobs, log, now)
  return {
    access: createAccess(catalog, newId, now),
    organizations: createOrganizations(catalog, newId, now),
    records: createRecords(catalog, sweep, newId, now),
    fields: createFields(catalog, newId, now),
    attachments: createAttachments({ catalog, blobs, sweep, log, newId, now }),
    sweep,
    sniff,
  }
}
