import { createAccess, type Access } from './access.ts'
import { createAttachments, type Attachments } from './attachments.ts'
import type { Catalog } from './catalog.ts'
import { createClients, type Clients } from './clients.ts'
import type { BlobStore, Log, Passwords, Sniff, SweepTally } from './contracts.ts'
import { createFields, type Fields } from './fields.ts'
import { createGrants, type Grants } from './grants.ts'
import { createIdSource } from './ids.ts'
import { withOperator, type Operator } from './operator.ts'
import { createOrganizations, type Organizations } from './organizations.ts'
import { createReadiness, type Readiness } from './readiness.ts'
import { createRecords, type Records } from './records.ts'
import { createSessions, type LoginOffer, type Sessions } from './sessions.ts'
import { createShares, type Shares } from './shares.ts'
import { createStaff, type Staff } from './staff.ts'
import { createSweep, type Sweep } from './sweep.ts'
import { createUsers, type Users } from './users.ts'

/** Where every dialect, the command line and background work have things decided. */
export interface Desk {
  readonly access: Access
  readonly users: Users
  readonly clients: Clients
  readonly grants: Grants
  readonly sessions: Sessions
  readonly organizations: Organizations
  readonly records: Records
  readonly fields: Fields
  readonly attachments: Attachments
  readonly staff: Staff
  readonly shares: Shares
  readonly sweep: Sweep
  readonly sniff: Sniff
  readonly readiness: Readiness
}

export interface Shelves {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  readonly log: Log
  readonly sniff: Sniff
  readonly passwords: Passwords
  /** Whom this process knows besides the catalog's tokens. */
  readonly operator?: Operator
  readonly tally?: SweepTally | null
  readonly offered?: LoginOffer | null
  readonly now?: () => number
}

export function createDesk(shelves: Shelves): Desk {
  const { catalog, blobs, log, sniff, passwords, operator, tally = null, offered = null, now = Date.now } = shelves
  const newId = createIdSource(now)
  const sweep = createSweep({ catalog, blobs, log, now, tally })
  const access = createAccess(catalog, newId, now)
  return {
    access: operator === undefined ? access : withOperator(access, operator),
    users: createUsers(catalog, passwords, access, newId, now),
    clients: createClients(catalog, now),
    grants: createGrants(catalog, access, log, newId, now),
    sessions: createSessions(catalog, passwords, access, newId, now, offered),
    organizations: createOrganizations(catalog, newId, now, () => {
      access.doubt()
      return sweep.collect()
    }),
    records: createRecords(catalog, sweep, newId, now),
    fields: createFields(catalog, newId, now),
    attachments: createAttachments({ catalog, blobs, sweep, log, newId, now }),
    staff: createStaff(catalog, newId, now),
    shares: createShares({ catalog, passwords, newId, now }),
    sweep,
    sniff,
    readiness: createReadiness(catalog, blobs, now),
  }
}
