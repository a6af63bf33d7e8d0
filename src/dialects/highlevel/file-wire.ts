/** The shape of a file, in a custom field's map and in the answer to an upload. */
import { publicIdOf } from '../../core/model/ids.ts'
import type { Attachment, FieldEntry } from '../../core/model/model.ts'

type Wire = Readonly<Record<string, unknown>>

/** One file in the shape of the `FileField` example; a link has no document here. */
export function fileWire({ field, key, attachment }: FieldEntry, origin: string): Wire {
  const meta = { fieldname: publicIdOf(field), ...metaOf(attachment), uuid: key }
  if (attachment.kind === 'link' || attachment.document === null) return { meta, url: attachment.url }
  return { meta, url: documentUrl(attachment, origin), documentId: attachment.document }
}

/** Multer's property names of a file. */
export function metaOf(attachment: Attachment): Wire {
  return {
    originalname: attachment.name,
    encoding: attachment.encoding,
    mimetype: attachment.claimedType ?? 'application/octet-stream',
    size: attachment.size,
  }
}

export function documentUrl({ document }: Attachment, origin: string): string {
  return `${origin}/documents/download/${String(document)}`
}
