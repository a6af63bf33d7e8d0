// What every catalog must keep to, whatever engine lies behind it. `open` is called once per suite; each test has an organization of its own.
import { after, before, describe } from 'node:test'
import type { Catalog } from '../../src/core/ports/catalog.ts'
import { accountsContract } from './catalog-accounts.ts'
import { attachmentsContract } from './catalog-attachments.ts'
import { bytesContract } from './catalog-bytes.ts'
import { type Crm, newCrm } from './catalog-crm.ts'
import { durabilityContract } from './catalog-durability.ts'
import { fieldsContract } from './catalog-fields.ts'
import { organizationsContract } from './catalog-organizations.ts'
import { permissionsContract } from './catalog-permissions.ts'
import { recordsContract } from './catalog-records.ts'
import { recoveryContract } from './catalog-recovery.ts'
import { removalContract } from './catalog-removal.ts'
import { retriesContract } from './catalog-retries.ts'
import { sharesContract } from './catalog-shares.ts'
import { tokensContract } from './catalog-tokens.ts'

export interface OpenedCatalog {
  readonly catalog: Catalog
  /** Closes it and opens what it kept. */
  reopen(): Promise<Catalog>
  close(): Promise<void>
}

/** A fresh organization in the catalog of the suite. */
export type Fresh = (agency?: string) => Promise<Crm>

export function catalogContract(name: string, open: () => Promise<OpenedCatalog>): void {
  describe(`catalog: ${name}`, () => {
    let opened: OpenedCatalog
    before(async () => {
      opened = await open()
    })
    after(() => opened.close())
    const fresh: Fresh = (agency) => newCrm(opened.catalog, agency)

    organizationsContract(fresh)
    recordsContract(fresh)
    removalContract(fresh)
    fieldsContract(fresh)
    attachmentsContract(fresh)
    bytesContract(fresh)
    retriesContract(fresh)
    recoveryContract(fresh)
    tokensContract(fresh)
    accountsContract(fresh)
    permissionsContract(fresh)
    sharesContract(fresh)
    durabilityContract(open)
  })
}
