import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fresh } from './catalog-contract.ts'
import { ids } from './catalog-crm.ts'

const custom = { singular: 'Price Book', plural: 'Price Books', custom: true }

export function organizationsContract(fresh: Fresh): void {
  test('an organization is found as it was made, with its first user and modules', async () => {
    const { catalog, organization, user, leads, contacts } = await fresh('the agency')
    assert.deepEqual(await catalog.organization(organization), {
      id: organization,
      name: 'Acme',
      agency: 'the agency',
      properties: { domain: 'acme' },
      createdAt: 1_000,
    })
    assert.deepEqual(await catalog.firstUser(organization), {
      id: user,
      organization,
      name: 'Patricia Boyle',
      email: 'patricia@acme.example',
    })
    const modules = await catalog.modules(organization)
    assert.deepEqual(
      modules.map((module) => [module.id, module.name, module.singular, module.plural, module.custom, module.records]),
      [
        [leads, 'Leads', 'Lead', 'Leads', false, 0],
        [contacts, 'Contacts', 'Contact', 'Contacts', false, 0],
      ],
    )
    assert.equal(await catalog.organization(ids.organization()), null)
    assert.equal(await catalog.firstUser(ids.organization()), null)
    assert.deepEqual(await catalog.modules(ids.organization()), [])
  })

  test('organizations come in order of id, page by page', async () => {
    const [a, b, c] = [await fresh(), await fresh(), await fresh()]
    const { catalog } = a
    assert.deepEqual(
      (await catalog.organizations(a.organization, 1)).map(({ id }) => id),
      [b.organization],
    )
    assert.deepEqual(
      (await catalog.organizations(b.organization, 10)).map(({ id }) => id),
      [c.organization],
    )
    assert.equal((await catalog.organizations(null, 2)).length, 2)
  })

  test('making an organization twice rejects and leaves the first as it was', async () => {
    const { catalog, organization, user, leads } = await fresh()
    const again = { id: organization, name: 'Other', agency: 'x', properties: {}, at: 1, modules: [] }
    await assert.rejects(catalog.createOrganization({ ...again, user: { id: ids.user(), name: 'x', email: 'x' } }))
    // Refused half-way, after the organization itself and its user were written.
    const half = ids.organization()
    const module = { id: leads, name: 'Twice', singular: 's', plural: 'p', custom: false }
    const twice = { ...again, id: half, modules: [module, { ...module, id: ids.module(), name: 'T_wice' }] }
    await assert.rejects(catalog.createOrganization({ ...twice, user: { id: user, name: 'x', email: 'x' } }))
    assert.equal((await catalog.organization(organization))?.name, 'Acme')
    assert.equal(await catalog.organization(half), null)
    assert.equal(await catalog.firstUser(half), null)
  })

  test('a module is found regardless of case, spaces and underscores, and made once', async () => {
    const { catalog, organization } = await fresh()
    const other = await fresh()
    const made = await catalog.createModule(organization, { id: ids.module(), name: 'Price_Books', ...custom })
    assert.equal(made?.custom, true)
    for (const name of ['Price_Books', 'pricebooks', 'PRICE BOOKS', 'price_Books']) {
      assert.deepEqual(await catalog.module(organization, name), made)
    }
    assert.equal(await catalog.module(organization, 'Price_Book'), null)
    assert.equal(await catalog.createModule(organization, { id: ids.module(), name: 'pricebooks', ...custom }), null)
    assert.equal(await catalog.module(other.organization, 'Price_Books'), null)
    assert.ok(await catalog.createModule(other.organization, { id: ids.module(), name: 'Price_Books', ...custom }))
    assert.equal((await catalog.modules(organization)).length, 3)
  })

  test('a module knows how many records it holds', async () => {
    const crm = await fresh()
    const count = async () => (await crm.catalog.module(crm.organization, 'Leads'))?.records
    const first = await crm.lead()
    await crm.lead()
    await crm.save({ module: crm.contacts })
    await crm.save({ change: first.id, properties: { name: 'Changed' } })
    assert.equal(await count(), 2)
    await crm.catalog.removeRecords(crm.organization, crm.leads, [first.id, first.id], 5_000)
    assert.equal(await count(), 1)
  })
}
