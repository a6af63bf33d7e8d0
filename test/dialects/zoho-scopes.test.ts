/** Zoho's scope grammar, by its pure functions: every form of the reference page, every operation, every module word. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { attachments, records, type Operation } from '../../src/dialects/zoho/scopes.ts'

const OPERATIONS: readonly Operation[] = ['create', 'read', 'update', 'delete']

/** What each operation type of a scope covers: WRITE is the three that change something. */
const COVERS: Readonly<Record<string, readonly Operation[]>> = {
  ALL: OPERATIONS,
  WRITE: ['create', 'update', 'delete'],
  CREATE: ['create'],
  READ: ['read'],
  UPDATE: ['update'],
  DELETE: ['delete'],
}

/** Scope word, and a module that it stands for, as its API name. */
const WORDS: readonly (readonly [word: string, module: string])[] = [
  ['leads', 'Leads'],
  ['accounts', 'Accounts'],
  ['contacts', 'Contacts'],
  ['deals', 'Deals'],
  ['campaigns', 'Campaigns'],
  ['tasks', 'Tasks'],
  ['cases', 'Cases'],
  ['events', 'Events'],
  ['solutions', 'Solutions'],
  ['products', 'Products'],
  ['vendors', 'Vendors'],
  ['pricebooks', 'Price_Books'],
  ['quotes', 'Quotes'],
  ['salesorders', 'Sales_Orders'],
  ['purchaseorders', 'Purchase_Orders'],
  ['invoices', 'Invoices'],
  ['notes', 'Notes'],
  ['custom', 'Site_Visits'],
]

function mayAttach(operation: Operation, module: string, ...scopes: string[]): boolean {
  return attachments(operation)(new Set(scopes), { module })
}

function mayRecord(operation: Operation, module: string, ...scopes: string[]): boolean {
  return records(operation)(new Set(scopes), { module })
}

for (const [type, covered] of Object.entries(COVERS)) {
  for (const operation of OPERATIONS) {
    const may = covered.includes(operation)
    test(`${type} ${may ? 'covers' : 'does not cover'} ${operation}`, () => {
      assert.equal(mayAttach(operation, 'Leads', `ZohoCRM.modules.${type}`), may)
      assert.equal(mayRecord(operation, 'Leads', `ZohoCRM.modules.${type}`), may)
      const forAttachments = `ZohoCRM.modules.attachments.${type}`
      assert.equal(mayAttach(operation, 'Leads', 'ZohoCRM.modules.leads.ALL', forAttachments), may)
      assert.equal(
        mayAttach(operation, 'Leads', `ZohoCRM.modules.leads.${type}`, 'ZohoCRM.modules.attachments.ALL'),
        may,
      )
      assert.equal(mayRecord(operation, 'Leads', `ZohoCRM.modules.leads.${type}`), may)
    })
  }
}

describe('module words', () => {
  for (const [word, module] of WORDS) {
    test(`${word} stands for ${module} and for no other`, () => {
      const scopes = [`ZohoCRM.modules.${word}.CREATE`, 'ZohoCRM.modules.attachments.CREATE']
      for (const [, other] of WORDS) assert.equal(mayAttach('create', other, ...scopes), other === module, other)
    })
  }

  test('a custom module by its own name, and no other custom one', () => {
    const scopes = ['ZohoCRM.modules.Site_Visits.ALL', 'ZohoCRM.modules.attachments.ALL']
    assert.equal(mayAttach('create', 'Site_Visits', ...scopes), true)
    assert.equal(mayAttach('create', 'sitevisits', ...scopes), true)
    assert.equal(mayAttach('create', 'Other_Visits', ...scopes), false)
  })

  test('custom covers every module that is not of the page', () => {
    assert.equal(mayRecord('read', 'CustomModule1', 'ZohoCRM.modules.custom.READ'), true)
    assert.equal(mayRecord('read', 'Price_Books', 'ZohoCRM.modules.custom.READ'), false)
  })

  test('the API name, without underscores, in any case', () => {
    for (const module of ['Price_Books', 'price_books', 'PriceBooks', 'pricebooks', 'Price Books'])
      for (const scope of ['ZohoCRM.modules.pricebooks.READ', 'zohocrm.MODULES.Price_Books.read'])
        assert.equal(mayRecord('read', module, scope), true, `${scope} for ${module}`)
  })
})

describe('not enough', () => {
  for (const scopes of [
    [],
    ['ZohoCRM.modules.leads.ALL'],
    ['ZohoCRM.modules.attachments.ALL'],
    ['ZohoCRM.modules.contacts.ALL', 'ZohoCRM.modules.attachments.ALL'],
    ['ZohoCRM.modules.leads.READ', 'ZohoCRM.modules.attachments.CREATE'],
    ['ZohoCRM.modules.leads.CREATE', 'ZohoCRM.modules.attachments.READ'],
    ['ZohoCRM.settings.ALL', 'ZohoCRM.users.ALL', 'ZohoCRM.org.ALL'],
    ['ZohoBooks.modules.ALL'],
    ['ZohoCRM.modules'],
    ['ALL', 'modules.ALL', 'ZohoCRM.ALL'],
    ['XZohoCRM.modules.ALL', 'ZohoCRM.modules.ALLX'],
    ['Aaaserver.profile.Read', 'ZohoCRM.bulk.read'],
  ]) {
    test(`for an upload: ${scopes.join(' ') || 'nothing'}`, () => {
      assert.equal(mayAttach('create', 'Leads', ...scopes), false)
    })
  }

  test('attachments alone open no records', () => {
    for (const operation of OPERATIONS)
      assert.equal(mayRecord(operation, 'Leads', 'ZohoCRM.modules.attachments.ALL'), false)
  })

  test('names of Object.prototype are no modules of the page', () => {
    for (const module of ['constructor', '__proto__', 'toString'])
      assert.equal(mayRecord('read', module, 'ZohoCRM.modules.leads.ALL'), false)
  })
})
