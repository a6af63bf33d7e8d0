import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FieldFiles, FileReference } from '../../src/core/ports/catalog.ts'
import { newDocumentId } from '../../src/core/model/ids.ts'
import type { FieldId, RecordId } from '../../src/core/model/model.ts'
import type { Fresh } from './catalog-contract.ts'
import { type Crm, ids, link, sha256, small, stored } from './catalog-crm.ts'

/** What a record's file fields hold: field, key and attachment. */
async function valueOf({ catalog, organization }: Crm, record: RecordId) {
  const entries = await catalog.entries(organization, record)
  return entries.map(({ field, key, attachment }) => [field, key, attachment.id])
}

function byUrl(url: string): FileReference {
  return { by: 'url', url, hash: sha256(url) }
}

function files(field: FieldId, references: Readonly<Record<string, FileReference>>): FieldFiles {
  const entries = Object.entries(references).map(([key, reference]) => {
    return { key, reference, id: ids.attachment(), document: newDocumentId() }
  })
  return { field, entries }
}

export function fieldsContract(fresh: Fresh): void {
  describe('fields', () => definitionsContract(fresh))
  describe('files in fields', () => {
    uploadsContract(fresh)
    referencesContract(fresh)
  })
}

function definitionsContract(fresh: Fresh): void {
  test('a field is found as it was made, once per key', async () => {
    const [crm, other] = [await fresh(), await fresh()]
    const { catalog, organization } = crm
    const properties = { options: ['a', 'b'] }
    const made = await crm.field({ key: 'lead.scan', acceptedTypes: ['pdf', 'png'], maxFiles: 3, properties })
    assert.deepEqual(await catalog.field(organization, made.id), made)
    assert.deepEqual(made.acceptedTypes, ['pdf', 'png'])
    assert.deepEqual(made.properties, properties)
    assert.equal(await catalog.createField({ ...made, id: ids.field() }), null)
    assert.ok(await catalog.createField({ ...made, id: ids.field(), module: crm.contacts }))
    assert.equal(await catalog.field(other.organization, made.id), null)
    assert.deepEqual(await catalog.fields(other.organization, null), [])
    assert.equal(await catalog.updateField(other.organization, made.id, { name: 'Mine' }), null)
    assert.equal(await catalog.removeField(other.organization, made.id), false)
  })

  test('fields come in order of position, then id', async () => {
    const crm = await fresh()
    const [b, c, a] = [
      await crm.field({ position: 2 }),
      await crm.field({ position: 2 }),
      await crm.field({ position: 1 }),
    ]
    const other = await crm.field({ position: 0, module: crm.contacts })
    const order = async (module: typeof crm.leads | null) =>
      (await crm.catalog.fields(crm.organization, module)).map(({ id }) => id)
    assert.deepEqual(await order(crm.leads), [a.id, b.id, c.id])
    assert.deepEqual(await order(null), [other.id, a.id, b.id, c.id])
  })

  test('a field is changed in what is given, and removed once', async () => {
    const crm = await fresh()
    const { catalog, organization } = crm
    const made = await crm.field()
    const changed = await catalog.updateField(organization, made.id, {
      name: 'New',
      acceptedTypes: ['pdf'],
      position: 7,
    })
    assert.deepEqual(changed, { ...made, name: 'New', acceptedTypes: ['pdf'], position: 7 })
    assert.deepEqual(await catalog.field(organization, made.id), changed)
    assert.equal(await catalog.removeField(organization, made.id), true)
    assert.equal(await catalog.removeField(organization, made.id), false)
    assert.equal(await catalog.updateField(organization, made.id, { name: 'x' }), null)
    assert.ok(await catalog.createField({ ...made, id: ids.field() }))
  })
}

function uploadsContract(fresh: Fresh): void {
  test('a field holds exactly the files of the last call; the others stay on the record', async () => {
    const crm = await fresh()
    const [lead, field] = [await crm.lead(), await crm.field()]
    const [one, two, three] = ['k1', 'k2', 'k1'].map((fieldKey) => stored(undefined, { field: field.id, fieldKey }))
    assert.ok(one && two && three)
    await crm.attached(lead.id, one, two)
    assert.deepEqual(await valueOf(crm, lead.id), [
      [field.id, 'k1', one.id],
      [field.id, 'k2', two.id],
    ])
    await crm.attached(lead.id, three)
    assert.deepEqual(await valueOf(crm, lead.id), [[field.id, 'k1', three.id]])
    assert.deepEqual(await crm.listed(lead.id), [three.id, two.id, one.id])
  })

  test('the same file under the same key is the same attachment', async () => {
    const crm = await fresh()
    const [lead, field] = [await crm.lead(), await crm.field()]
    const entry = (fieldKey: string) => ({ field: field.id, fieldKey })
    const before = await crm.put(lead.id, stored('same', entry('k')))
    const document = newDocumentId()
    const again = stored('same', { ...entry('k'), document })
    const fresher = stored('fresh', entry('other'))
    const { attachments, unused } = await crm.attached(lead.id, fresher, again)
    assert.deepEqual(attachments[1], { ...before, document })
    assert.deepEqual(unused, [again.source.key])
    assert.deepEqual(await valueOf(crm, lead.id), [
      [field.id, 'other', fresher.id],
      [field.id, 'k', before.id],
    ])
    // The same bytes under another key are another attachment.
    const moved = await crm.put(lead.id, stored('same', entry('k2')))
    assert.notEqual(moved.id, before.id)
    assert.equal(moved.blob, before.blob)
    assert.equal((await crm.catalog.document(document))?.id, before.id)
  })

  test('of two files under one key in one call the later is the field’s, and both are kept', async () => {
    const crm = await fresh()
    const [lead, field] = [await crm.lead(), await crm.field()]
    const items = [1, 2].map(() => stored(undefined, { field: field.id, fieldKey: 'k' }))
    await crm.attached(lead.id, ...items)
    assert.deepEqual(await valueOf(crm, lead.id), [[field.id, 'k', items[1]?.id]])
    assert.equal((await crm.listed(lead.id)).length, 2)
  })

  test('a field that is not there refuses the whole call', async () => {
    const [crm, other] = [await fresh(), await fresh()]
    const lead = await crm.lead()
    const gone = await crm.field()
    await crm.catalog.removeField(crm.organization, gone.id)
    const fields = [ids.field(), gone.id, (await other.field()).id, (await crm.field({ module: crm.contacts })).id]
    for (const field of fields) {
      assert.deepEqual(await crm.attach(lead.id, stored(), stored(undefined, { field })), {
        outcome: 'no_field',
        field,
      })
    }
    assert.deepEqual(await crm.listed(lead.id), [])
  })

  test('removing a field keeps its files; removing a file takes it out of its fields', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const [field, second] = [await crm.field({ position: 1 }), await crm.field({ position: 2 })]
    const entry = { fieldKey: 'k' }
    const a = await crm.put(lead.id, stored(undefined, { ...entry, field: field.id }))
    const b = await crm.put(lead.id, stored(undefined, { ...entry, field: second.id }))
    await crm.catalog.removeField(crm.organization, field.id)
    assert.deepEqual(await valueOf(crm, lead.id), [[second.id, 'k', b.id]])
    assert.deepEqual(await crm.listed(lead.id), [b.id, a.id])
    assert.deepEqual(await crm.remove(lead.id, b.id), [b.id])
    assert.deepEqual(await valueOf(crm, lead.id), [])
  })

  test('entries come by field, in the order they were given', async () => {
    const crm = await fresh()
    const lead = await crm.lead()
    const [late, early] = [await crm.field({ position: 2 }), await crm.field({ position: 1 })]
    const items = [late, early, late, early].map((field, index) =>
      small(`file ${index}`, { field: field.id, fieldKey: `z${9 - index}` }),
    )
    await crm.attached(lead.id, ...items)
    assert.deepEqual(
      (await crm.catalog.entries(crm.organization, lead.id)).map(({ key }) => key),
      ['z8', 'z6', 'z9', 'z7'],
    )
    assert.deepEqual(await crm.catalog.entries((await fresh()).organization, lead.id), [])
  })
}

function referencesContract(fresh: Fresh): void {
  test('a saved record takes files by id, by document and by URL', async () => {
    const crm = await fresh()
    const [lead, field] = [await crm.lead(), await crm.field()]
    const plain = await crm.put(lead.id, stored())
    const document = newDocumentId()
    const shown = await crm.put(lead.id, stored(undefined, { document }))
    const url = 'https://example.com/a.pdf'
    const value = files(field.id, {
      u: byUrl(url),
      a: { by: 'attachment', attachment: plain.id },
      d: { by: 'document', document },
    })
    assert.equal((await crm.save({ change: lead.id, files: [value] })).outcome, 'updated')

    const entries = await crm.catalog.entries(crm.organization, lead.id)
    assert.deepEqual(
      entries.map(({ key }) => key),
      ['u', 'a', 'd'],
    )
    const [made, taken, kept] = entries.map(({ attachment }) => attachment)
    assert.deepEqual([made?.kind, made?.url, made?.name, made?.size], ['link', url, url, 0])
    assert.deepEqual([made?.id, made?.document], [value.entries[0]?.id, value.entries[0]?.document])
    assert.deepEqual(taken, { ...plain, document: value.entries[1]?.document })
    assert.deepEqual(kept, shown)
    assert.deepEqual(await crm.catalog.document(taken?.document ?? document), taken)
  })

  test('a URL is the record’s one link to it', async () => {
    const crm = await fresh()
    const [lead, field] = [await crm.lead(), await crm.field()]
    const url = 'https://example.com/once'
    const there = await crm.put(lead.id, link(url))
    await crm.save({ change: lead.id, files: [files(field.id, { a: byUrl(url), b: byUrl(url) })] })
    assert.deepEqual(await valueOf(crm, lead.id), [
      [field.id, 'a', there.id],
      [field.id, 'b', there.id],
    ])
    assert.equal((await crm.attach(lead.id, link(url))).outcome, 'duplicate_link')
  })

  test('an empty list clears the field and removes no file', async () => {
    const crm = await fresh()
    const [lead, field] = [await crm.lead(), await crm.field()]
    const file = await crm.put(lead.id, stored(undefined, { field: field.id, fieldKey: 'k' }))
    await crm.save({ change: lead.id, files: [{ field: field.id, entries: [] }] })
    assert.deepEqual(await valueOf(crm, lead.id), [])
    assert.deepEqual(await crm.listed(lead.id), [file.id])
  })

  test('a reference to a file of nobody or of another organization changes nothing', async () => {
    const [crm, other] = [await fresh(), await fresh()]
    const [lead, field] = [await crm.lead(), await crm.field()]
    const [theirs, document] = [await other.lead(), newDocumentId()]
    const file = await other.put(theirs.id, stored(undefined, { document }))
    const removed = await crm.put(lead.id, stored())
    await crm.remove(lead.id, removed.id)
    const bad: FileReference[] = [
      { by: 'attachment', attachment: ids.attachment() },
      { by: 'attachment', attachment: file.id },
      { by: 'attachment', attachment: removed.id },
      { by: 'document', document: newDocumentId() },
      { by: 'document', document },
    ]
    for (const reference of bad) {
      const value = files(field.id, { fine: byUrl('https://example.com/new'), wrong: reference })
      const refused = { outcome: 'bad_reference', field: field.id, key: 'wrong' }
      assert.deepEqual(await crm.save({ change: lead.id, properties: { name: 'x' }, files: [value] }), refused)
      assert.deepEqual(await crm.save({ properties: { name: 'new' }, files: [value] }), refused)
    }
    assert.equal((await crm.catalog.record(crm.organization, null, lead.id))?.title, 'Someone')
    assert.equal((await crm.catalog.module(crm.organization, 'Leads'))?.records, 1)
    assert.deepEqual(await crm.listed(lead.id), [])
    assert.deepEqual(await valueOf(crm, lead.id), [])
  })

  test('a file of another record may be in a field, and leaves it with that record', async () => {
    const crm = await fresh()
    const [lead, owner, field] = [await crm.lead(), await crm.lead(), await crm.field()]
    const file = await crm.put(owner.id, stored())
    await crm.save({ change: lead.id, files: [files(field.id, { k: { by: 'attachment', attachment: file.id } })] })
    assert.deepEqual(await valueOf(crm, lead.id), [[field.id, 'k', file.id]])
    await crm.catalog.removeRecords(crm.organization, crm.leads, [owner.id], 1)
    assert.deepEqual(await valueOf(crm, lead.id), [])
    assert.ok(await crm.catalog.record(crm.organization, null, lead.id))
  })
}
