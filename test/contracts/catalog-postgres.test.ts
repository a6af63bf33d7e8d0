import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CatalogTooNew } from '../../src/catalog/sqlite/migrate.ts'
import { openPostgresCatalog } from '../../src/catalog/postgres/open.ts'
import { isAway } from '../../src/catalog/postgres/errors.ts'
import type { OrganizationId } from '../../src/core/model/model.ts'
import { startPostgres, withClient } from '../../engines/postgres.ts'
import { missing, need } from '../support/require.ts'
import { catalogContract } from './catalog-contract.ts'
import { ids, newCrm } from './catalog-crm.ts'

const skip = missing('postgres')
if (skip === false) contractOnPostgres()
else test('catalog: PostgreSQL', { skip })

function contractOnPostgres(): void {
  need('postgres')
  const starting = startPostgres()
  let open = 0
  test('PostgreSQL: a connection that it has closed is known for that, however it is noticed', async () => {
    const url = await (await starting).database()
    await withClient(url, async (client) => {
      const gone = new Promise((resolve) => client.once('end', resolve))
      await assert.rejects(client.query('select pg_terminate_backend(pg_backend_pid())'), isAway)
      await gone
      await assert.rejects(client.query('select 1'), isAway)
    })
  })

  test('PostgreSQL: a catalog that a newer build has added to is served, one that it has changed is not', async () => {
    const postgres = await starting
    const url = await postgres.database()
    const add = (version: number, needs: number | null) =>
      withClient(url, (client) =>
        client.query('insert into migration values ($1, $2, 0, $3)', [version, 'later', needs]),
      )
    await (await openPostgresCatalog({ url })).close()
    await add(1_001, null)
    const catalog = await openPostgresCatalog({ url })
    await catalog.ping()
    await catalog.close()
    await add(1_002, 1_002)
    await assert.rejects(openPostgresCatalog({ url }), (error) => {
      assert.ok(error instanceof CatalogTooNew)
      assert.match(error.message, /newer Dossier \(its schema is version 1002, this one knows up to \d+\); start that/)
      return true
    })
  })

  test('PostgreSQL: what takes longer than a statement may is told as its trouble, and passes when that is over', async () => {
    const url = await (await starting).database()
    // Its tables are made without haste.
    await (await openPostgresCatalog({ url })).close()
    const catalog = await openPostgresCatalog({ url, statementMs: 500 })
    const nobody = '1' as OrganizationId
    await withClient(url, async (client) => {
      await client.query('begin; lock table attachment')
      await assert.rejects(catalog.usage(nobody), { code: 'CATALOG_UNREACHABLE' })
    })
    assert.deepEqual(await catalog.usage(nobody), { modules: [], stored: 0 })
    await catalog.close()
  })

  test('PostgreSQL: a key that is taken for good is told after a few looks', async () => {
    const url = await (await starting).database()
    const rolledBack = () =>
      withClient(url, async (client) => {
        const { rows } = await client.query<{ count: string }>(
          'select xact_rollback as count from pg_stat_database where datname = current_database()',
        )
        return Number(rows[0]?.count)
      })
    const catalog = await openPostgresCatalog({ url })
    const { organization } = await newCrm(catalog)
    const before = await rolledBack()
    const again = { id: organization, name: 'Other', agency: 'x', properties: {}, at: 1, modules: [] }
    const user = { id: ids.user(), name: 'x', email: 'x' }
    await assert.rejects(catalog.createOrganization({ ...again, user }), { code: '23505' })
    // Counted when its connections end.
    await catalog.close()
    const looks = (await rolledBack()) - before
    assert.ok(looks >= 2 && looks <= 8, String(looks))
  })

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
