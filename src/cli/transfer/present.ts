/** What a record holds already, so that it is not uploaded again: the same name and the same bytes. */
import type { Attachment, Attachments } from '../../client/client.ts'
import type { LocalFile } from './tree.ts'

export interface Known {
  /** The attachment that is this file, each given once; its hash is asked for only when name and size fit one. */
  take(file: LocalFile, hash: () => Promise<string>): Promise<Attachment | null>
}

/** From here on one walk through the record's list costs less than a question per file. */
const FEW = 5

export async function knownTo(
  attachments: Attachments,
  record: string | null,
  files: readonly LocalFile[],
  signal: AbortSignal,
): Promise<Known> {
  const of = { record: record ?? 'none', kind: 'file', pageSize: 200 } as const
  const byFace = new Map<string, Attachment[]>()
  const add = (attachment: Attachment) => {
    const face = publicIdOf(attachment)
    byFace.set(face, [...(byFace.get(face) ?? []), attachment])
  }
  if (files.length > FEW) for await (const one of attachments.list(of, { signal })) add(one)
  else
    for (const name of new Set(files.map((file) => file.name)))
      for await (const one of attachments.list({ ...of, name }, { signal })) add(one)
  return {
    async take(file, hash) {
      const alike = byFace.get(publicIdOf(file))
      if (alike === undefined || alike.length === 0) return null
      const sha256 = await hash()
      const index = alike.findIndex((one) => one.sha256 === sha256)
      return index === -1 ? null : (alike.splice(index, 1)[0] ?? null)
    },
  }
}

function publicIdOf({ name, size }: { readonly name: string; readonly size: number | null }): string {
  return `${String(size)} ${name.normalize('NFC')}`
}
