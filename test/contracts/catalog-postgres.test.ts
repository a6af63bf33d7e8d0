import { test } from 'node:test'
import { openPostgresCatalog } from '../../src/catalog/postgres.ts'
import { startPostgres } from '../engines/postgres.ts'
import { missing, need } from '../require.ts'
import { catalogContract } from './catalog-contract.ts'

const skip = missing('postgres')
if (skip === false) contractOnPostgres()
else test('catalog: PostgreSQL', { skip })

function contractOnPostgres(): void {
  need('postgres')
  const starting = startPostgres()
  let open = 0
  catalogContract('PostgreSQL', async () => {
    open++
    const postgres = await starting
    const url = await postgres.database()
    let catalog = await openPostgresCatalog({ url })
    return {
      catalog,
      async reopen() {
        await catalog.close()
        catalog = await openPostgresCatalog({ url })
        return catalog
      },
      async close() {
        await catalog.close()
        if (--open === 0) await postgres.remove()
      },
    }
  })
}
