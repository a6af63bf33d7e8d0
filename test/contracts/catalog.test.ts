import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteCatalog } from '../../src/catalog/sqlite/open.ts'
import { catalogContract } from './catalog-contract.ts'

catalogContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dossier-catalog-'))
  let catalog = await openSqliteCatalog({ folder })
  return {
    catalog,
    async reopen() {
      await catalog.close()
      catalog = await openSqliteCatalog({ folder })
      return catalog
    },
    async close() {
      await catalog.close()
      await rm(folder, { recursive: true })
    },
  }
})
