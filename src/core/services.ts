import { createGate, type Gate } from './access/authorize.ts'
import type { Guarded } from './access/operation.ts'
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
import { createSessions, type LoginPrefill, type Sessions } from './access/sessions.ts'
import { createShares, type Shares } from './files/shares.ts'
import { createStaff, type Staff } from './access/staff.ts'
import { createSweep, type Sweep } from './files/sweep.ts'
import { createUsers, type Users } from './access/users.ts'

/** What dialects, the command line and background work call. Every method is an operation of the gate, or says why none is needed. */
export interface Services {
  readonly gate: Gate
  readonly access: Guarded<Access>
  readonly users: Guarded<Users>
  readonly clients: Guarded<Clients>
  readonly grants: Grants
  readonly sessions: Sessions
  readonly organizations: Guarded<Organizations>
  readonly records: Guarded<Records>
  readonly fields: Guarded<Fields>
  readonly attachments: Guarded<Attachments>
  readonly staff: Guarded<Staff>
  readonly shares: Guarded<Shares>
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
  /** The process's own operator, known besides the catalog's tokens. */
  readonly operator?: Operator
  readonly metrics?: SweepMetrics | null
  readonly loginPrefill?: LoginPrefill | null
  readonly now?: () => number
}

export function createServices(given: ServiceParts): Services {
  const { catalog, blobs, log, sniff, passwords, operator, metrics = null, loginPrefill = null, now = Date.now } = given
  const newId = createIdSource(now)
  const gate = createGate(catalog)
  const sweep = createSweep({ catalog, blobs, log, now, metrics })
  const access = createAccess({ catalog, gate, newId, now })
  const parts = { catalog, blobs, gate, sweep, log, passwords, access, newId, now }
  const collect = () => {
    access.invalidate()
    return sweep.collect()
  }
  return {
    gate,
    access: operator === undefined ? access : withOperator(access, operator),
    users: createUsers(parts),
    clients: createClients(parts),
    grants: createGrants(catalog, access, log, newId, now),
    sessions: createSessions(catalog, passwords, access, newId, now, loginPrefill),
    organizations: createOrganizations({ ...parts, collect }),
    records: createRecords(parts),
    fields: createFields(parts),
    attachments: createAttachments(parts),
    staff: createStaff(parts),
    shares: createShares(parts),
    sweep,
    sniff,
    readiness: createReadiness(catalog, blobs, now),
  }
}
