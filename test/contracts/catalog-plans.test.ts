// The hot reads and writes must find what they want by an index: a scan is fast in a test and slow in a year.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { migrate } from '../../src/catalog/sqlite/migrate.ts'
import { attachmentPage } from '../../src/catalog/operations/attachment-pages.ts'
import { attachment, attachments, document, link, photo } from '../../src/catalog/operations/attachments.ts'
import { bytes, claimed, isClaimed, releaseBytes } from '../../src/catalog/operations/blobs.ts'
import { download } from '../../src/catalog/operations/downloads.ts'
import { clearModule } from '../../src/catalog/operations/module-removal.ts'
import { clearOrganization } from '../../src/catalog/operations/organization-removal.ts'
import { clearRemoved } from '../../src/catalog/operations/clearing.ts'
import { entries } from '../../src/catalog/operations/entries.ts'
import { field, fields } from '../../src/catalog/operations/fields.ts'
import { module } from '../../src/catalog/operations/modules.ts'
import { firstUser, organization } from '../../src/catalog/operations/organizations.ts'
import { records } from '../../src/catalog/operations/record-pages.ts'
import { matchRecord, moduleOfNamed, moduleOfRecord, record } from '../../src/catalog/operations/records.ts'
import { countDownload, sharedAttachment, shares } from '../../src/catalog/operations/shares.ts'
import { recordAccess } from '../../src/catalog/operations/record-access.ts'
import { tokenHolder, tokens } from '../../src/catalog/operations/tokens.ts'
import { openSqlite, sqliteBuilder, type SqliteConnection } from '../../src/catalog/sqlite/connection.ts'
import { compile, type Op } from '../../src/catalog/statement.ts'
import type { AttachmentPage } from '../../src/core/ports/attachment-page.ts'
import type { RecordPage } from '../../src/core/ports/catalog.ts'
import type { ShareId, UserId } from '../../src/core/model/model.ts'
import { newBlobKey, newDocumentId } from '../../src/core/model/ids.ts'
import { ids, sha256 } from './catalog-crm.ts'

const o = ids.organization()
const [inModule, onRecord, one] = [ids.module(), ids.record(), ids.attachment()]
const key = newBlobKey()

function page(change: Partial<RecordPage>): Op<unknown> {
  const base = {
    sort: 'created',
    order: 'asc',
    offset: 0,
    limit: 10,
    after: null,
    search: null,
    changedAfter: null,
    visibleTo: null,
  } as const
  return records({ organization: o, module: inModule, ...base, ...change })
}

function attachmentsAfter(change: Partial<AttachmentPage>): Op<unknown> {
  const times = { createdFrom: null, createdUntil: null }
  const filter = {
    field: null,
    kind: null,
    extensions: null,
    name: null,
    minSize: null,
    maxSize: null,
    ...times,
    hash: null,
  }
  const base = { record: null, module: null, sort: 'created', order: 'desc', after: null, limit: 10 } as const
  return attachmentPage({ organization: o, filter, ...base, ...change })
}

/** Each by its first statement. */
const hot: Readonly<Record<string, Op<unknown>>> = {
  'an organization': organization(o),
  'its first user': firstUser(o),
  'a module': module(o, 'Leads'),
  'a record': record(o, inModule, onRecord),
  'a record’s module': moduleOfRecord(o, onRecord),
  'a record’s module by name': moduleOfNamed(o, 'Leads', onRecord),
  'a record by e-mail': matchRecord(o, inModule, 'a@example.com', null),
  'a record by phone': matchRecord(o, inModule, null, '1'),
  'a field': field(o, ids.field()),
  'the fields of a module': fields(o, inModule),
  'the entries of a record': entries(o, onRecord),
  'an attachment': attachment(o, one),
  'a page of attachments': attachments(o, onRecord, 0, 10),
  'a download': download({ organization: o, module: 'Leads', record: onRecord, attachment: one }),
  'a photo': photo(o, onRecord),
  'a document': document(newDocumentId()),
  'a link by its hash': link(o, onRecord, sha256('x')),
  'a release of bytes': releaseBytes(key, 1),
  'a claim': isClaimed(key),
  'a small file': bytes(key),
  'claimed keys': claimed(10, 1),
  'removed records': clearRemoved(10, 1),
  'removed modules': clearModule(10, 1),
  'removed organizations': clearOrganization(10, 1),
  'how a user stands to a record': recordAccess(o, ids.user(), onRecord),
  'a share': sharedAttachment(sha256('x')),
  'the shares of an attachment': shares(o, one),
  'the shares of an organization': shares(o, null),
  'a download counted': countDownload(ids.user() as string as ShareId, 1),
  'a token': tokenHolder(sha256('x')),
  'the tokens of an organization': tokens({ organization: o, user: null, before: null, limit: 50 }),
  'the tokens of a user': tokens({ organization: o, user: '' as UserId, before: null, limit: 50 }),
}

const pages: Readonly<Record<string, Op<unknown>>> = {
  'oldest first': page({}),
  'newest first': page({ order: 'desc' }),
  'newest first, after one': page({ order: 'desc', after: onRecord }),
  'last changed first': page({ sort: 'modified', order: 'desc' }),
  'first changed first': page({ sort: 'modified' }),
  'newest attachments first': attachments(o, onRecord, 0, 10),
  'attachments of a record': attachmentsAfter({ record: onRecord }),
  'attachments of a record, after one': attachmentsAfter({ record: onRecord, after: { id: one, value: '' } }),
  'attachments of the organization itself': attachmentsAfter({ record: 'own' }),
  'attachments of an organization': attachmentsAfter({ after: { id: one, value: '' } }),
  'oldest match': matchRecord(o, inModule, 'a@example.com', null),
}

function planOf({ database }: SqliteConnection, op: Op<unknown>): string {
  const step = op.next()
  assert.ok(step.done !== true)
  const compiled = compile(step.value.template, sqliteBuilder)
  const rows = database
    .prepare<unknown[], { detail: string }>(`explain query plan ${compiled.sql}`)
    .all(compiled.values(step.value.bindings))
  return rows.map(({ detail }) => detail).join('\n')
}

test('hot statements use an index, and pages are read in the order of one', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'dossier-plans-'))
  const connection = openSqlite(join(folder, 'catalog.db'), 'write')
  t.after(async () => {
    connection.close()
    await rm(folder, { recursive: true })
  })
  migrate(connection, 1)
  for (const [name, op] of Object.entries(hot)) {
    const plan = planOf(connection, op)
    assert.match(plan, /SEARCH|USING (COVERING )?INDEX/, name)
    assert.doesNotMatch(plan, /SCAN/, `${name}: ${plan}`)
  }
  for (const [name, op] of Object.entries(pages)) {
    const plan = planOf(connection, op)
    assert.doesNotMatch(plan, /SCAN|TEMP B-TREE/, `${name}: ${plan}`)
  }
})
