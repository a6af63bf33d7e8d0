import type { AttachmentList } from '../../core/files/attachments.ts'
import { z } from 'zod'
import type { Actor } from '../../core/access/actor.ts'
import { archiveNames, safeName } from '../../core/model/archive-names.ts'
import type { AttachmentPage } from '../../core/ports/attachment-page.ts'
import { Fault } from '../../core/model/fault.ts'
import type { Attachment, CrmRecord } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { ORGANIZATION_PATH, scope } from './context.ts'
import { recordIn } from './records.ts'
import { timeOf } from './model-wire.ts'
import type { ManifestWire } from './wire.ts'

const MANIFEST = 'manifest.json'
const MAX_FILES = 10_000
const PAGE_SIZE = 500

const NO_FILTER: AttachmentPage['filter'] = {
  ...{ field: null, kind: null, extensions: null, name: null, hash: null },
  ...{ minSize: null, maxSize: null, createdFrom: null, createdUntil: null },
}

export const archiveRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${ORGANIZATION_PATH}/records/:record/archive`,
    operation: "download a record's files",
    needs: scope('attachments.read'),
    about: {
      tag: 'Attachments',
      description:
        'One ZIP, streamed: `manifest.json` first (id, path, name, size and SHA-256 of each file, and the links), then the files, oldest first, under names that are safe and different on every system. At most 10,000.',
      answers: { 200: { description: 'The archive', schema: z.file(), type: 'application/zip' } },
    },
    answer: archive,
  },
]

async function archive(call: Call): Promise<Answer> {
  const { context, record } = await recordIn(call)
  const all = await attachmentsOf(call, context.actor, record)
  const files = all.filter(({ kind }) => kind === 'file')
  const paths = archiveNames(
    files.map(({ name }) => name),
    new Set([MANIFEST]),
  )
  const entries = files.map((attachment, index) => ({ path: paths[index] ?? attachment.id, attachment }))
  const text = JSON.stringify(manifestOf(record, entries, all), null, 2)
  const name = `${safeName(record.title)} ${record.id}`
  return call.sendArchive({ name, first: { path: MANIFEST, text }, files: entries })
}

async function attachmentsOf(call: Call, actor: Actor, { id }: CrmRecord): Promise<readonly Attachment[]> {
  const all: Attachment[] = []
  let after: AttachmentPage['after'] = null
  for (;;) {
    const criteria = {
      record: id,
      module: null,
      filter: NO_FILTER,
      sort: 'created',
      order: 'asc',
      limit: PAGE_SIZE,
    } as const
    const { attachments, more }: AttachmentList = await call.services.attachments.page(actor, { ...criteria, after })
    all.push(...attachments)
    const last = attachments.at(-1)
    if (!more || last === undefined) return all
    if (all.length >= MAX_FILES)
      throw new Fault(
        'too_large',
        'record',
        `The record has more than ${String(MAX_FILES)} attachments, the most one archive holds; list them and download them one by one.`,
      )
    after = { id: last.id, value: '' }
  }
}

function manifestOf(
  record: CrmRecord,
  entries: readonly { readonly path: string; readonly attachment: Attachment }[],
  all: readonly Attachment[],
): ManifestWire {
  return {
    organization: record.organization,
    record: record.id,
    createdAt: timeOf(Date.now()),
    files: entries.map(({ path, attachment: { id, name, size, hash, createdAt } }) => {
      return { id, path, name, size, sha256: hash, createdAt: timeOf(createdAt) }
    }),
    links: all.flatMap(({ id, url, createdAt }) => (url === null ? [] : [{ id, url, createdAt: timeOf(createdAt) }])),
  }
}
