import { createAccess, type Access } from './access/access.ts'
import { createAttachments, type Attachments } from './files/attachments.ts'
import type { Catalog } from './ports/catalog.ts'
import { createClients, type Clients } from './access/clients.ts'
import type { BlobStore, Log, Passwords, Sniff, SweepMetrics } from './ports/contracts.ts'
import { createFields, type Fields } from './crm/fields.ts'
import { createGrants, type Grants } from './access/grants.ts'
import { createIdSource } from './model/ids.ts'
import { withOperator, type Operator } from './access/operator.ts'
import { createOrganizations, type Organizations } from './crm/organizations.ts'
import { createReadiness, type Readiness } from './readiness.ts'
import { createRecords, type Records } from './crm/records.ts'
import { createSessions, type LoginOffer, type Sessions } from './access/sessions.ts'
import { createShares, type Shares } from './files/shares.ts'
import { createStaff, type Staff } from './access/staff.ts'
import { createSweep, type Sweep } from './files/sweep.ts'
import { createUsers, type Users } from './access/users.ts'

/** The operations used by all dialects, the command line and background work. */
export interface Services {
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

interface ServiceParts {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  readonly log: Log
  readonly sniff: Sniff
  readonly passwords: Passwords
  /** The operator, accepted in addition to the catalog's tokens. */
  readonly operator?: Operator
  readonly metrics?: SweepMetrics | null
  readonly offered?: LoginOffer | null
  readonly now?: () => number
}

export function createServices(parts: ServiceParts): Services {
  const { catalog, blobs, log, sniff, passwords, operator, metrics = null, offered = null, now = Date.now } = parts
  const newId = createIdSource(now)
  const sweep = createSweep({ catalog, blobs, log, now, metrics })
  const access = createAccess(catalog, newId, now)
  return {
    access: operator === undefined ? access : withOperator(access, operator),
    users: createUsers(catalog, passwords, access, newId, now),
    clients: createClients(catalog, now),
    grants: createGrants(catalog, access, log, newId, now),
    sessions: createSessions(catalog, passwords, access, newId, now, offered),
    organizations: createOrganizations(catalog, newId, now, () => {
      access.invalidate()
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
