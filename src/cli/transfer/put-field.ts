/** A file field of a record holds exactly the files of one upload: all go in one request, or none. */
import { textOf, type Options } from '../options.ts'
import { Refusal } from '../status.ts'
import { createLocalSource } from './local-source.ts'
import { factsOf, keyOf, sentOnce, type Putting } from './putting.ts'
import type { LocalFile } from './tree.ts'

export async function putInField(putting: Putting, files: readonly LocalFile[], options: Options): Promise<void> {
  const { attachments, record, account, signal } = putting
  const field = textOf(options, 'field') ?? ''
  if (record === null) throw new Refusal('usage', 'A field belongs to a record: say --record <id>.')
  const sized = files.map((file) => ({ ...file, size: file.size ?? mustBeFile(file) }))
  const uploads = sized.map(({ path, name, size }) => {
    const source = createLocalSource(path, size, (bytes) => account.meter.move(bytes))
    return { name, size, body: () => source.open() }
  })
  const send = (idempotencyKey: string) => attachments.upload(record, uploads, { field, idempotencyKey, signal })
  const { items } = await sentOnce(putting, send, keyOf(files, record, field))
  for (const [index, item] of items.entries()) {
    account.tell({ outcome: 'uploaded', name: item.name, path: sized[index]?.path ?? '', ...factsOf(item) })
    account.meter.done(item.name)
  }
}

function mustBeFile({ path }: LocalFile): never {
  throw new Refusal('usage', `${path} is no file, and can be read once only; a field takes files.`)
}
