/** An attachment as it is downloaded: asked for by all that its path names, and answered with a small file's bytes. */
import type { Download, DownloadPath } from '../../core/ports/catalog.ts'
import { attachmentOf } from '../rows.ts'
import { type Op, one, type Params, statement } from '../statement.ts'
import { visible } from './attachments.ts'
import { nameKey } from './modules.ts'

type Asked = { [K in keyof DownloadPath]: DownloadPath[K] }

const select = statement((db, p: Params<Asked>) =>
  visible(db)
    .innerJoin('module as o', (join) =>
      join.onRef('o.organization', '=', 'r.organization').onRef('o.id', '=', 'r.module'),
    )
    .leftJoin('blob_bytes as s', 's.key', 'a.blob')
    .select('s.bytes')
    .where('a.organization', '=', p('organization'))
    .where('a.id', '=', p('attachment'))
    .where('a.record', '=', p('record'))
    .where('o.name_key', '=', p('module'))
    .where('o.removed_at', 'is', null),
)

export function* download(path: DownloadPath): Op<Download | null> {
  const row = yield* one(select({ ...path, module: nameKey(path.module) }))
  return row && { attachment: attachmentOf(row), bytes: row.bytes }
}
