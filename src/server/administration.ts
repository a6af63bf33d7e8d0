/** Services for administrative commands. Separate from the server, so that a command starts without loading it. */
import { pino } from 'pino'
import { makeFolder } from '../blobs/new-folder.ts'
import { isLocked } from '../catalog/sqlite/lock.ts'
import { mustBeServable } from '../catalog/sqlite/folder-mark.ts'
import type { Config } from '../config/config.ts'
import { createGate } from '../core/access/authorize.ts'
import { createAccess, type Access } from '../core/access/access.ts'
import { createClients, type Clients } from '../core/access/clients.ts'
import { createGrants, type Grants } from '../core/access/grants.ts'
import { createIdSource } from '../core/model/ids.ts'
import { createOrganizations, type Organizations } from '../core/crm/organizations.ts'
import { createModuleList, type Records } from '../core/crm/records.ts'
import { createShares, type Shares } from '../core/files/shares.ts'
import { createStaff, type Staff } from '../core/access/staff.ts'
import { createUsers, type Users } from '../core/access/users.ts'
import { createLog } from './log.ts'
import { passwords } from './passwords.ts'

/** Whether a server in any process has this data folder open. */
export function isServed(folder: string): boolean {
  return isLocked(folder)
}

/** Services on the catalog alone, safe to use while a server has the data folder open. */
export interface Administration {
  readonly access: Access
  readonly organizations: Organizations
  readonly records: Pick<Records, 'modules'>
  readonly users: Users
  readonly clients: Clients
  readonly grants: Grants
  readonly staff: Staff
  readonly shares: Shares
  close(): Promise<void>
}

export async function openAdministration(config: Config): Promise<Administration> {
  mustBeServable(config.data)
  await makeFolder(config.data)
  // Loaded on demand: `isServed` does not need it.
  const { openCatalog } = await import('./stores.ts')
  const catalog = await openCatalog(config)
  const newId = createIdSource()
  const gate = createGate(catalog)
  const access = createAccess({ catalog, gate, newId, now: Date.now })
  const parts = { catalog, passwords, access, gate, newId, now: Date.now }
  const log = createLog(config.logLevel, pino.destination({ dest: 2, sync: true }))
  return {
    access,
    organizations: createOrganizations({ ...parts, collect: async () => undefined }),
    records: { modules: createModuleList(catalog, gate) },
    users: createUsers(parts),
    clients: createClients(parts),
    grants: createGrants(catalog, access, log, newId, Date.now),
    staff: createStaff(parts),
    shares: createShares(parts),
    close: () => catalog.close(),
  }
}
