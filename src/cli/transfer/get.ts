/** `dossier get`: attachments become local files, or go to standard output. */
import { lstatSync } from 'node:fs'
import type { Attachment, Attachments, OrganizationClient } from '../../client/client.ts'
import { untilInterrupted } from '../interruption.ts'
import { textOf, type Options } from '../options.ts'
import { inOrganization } from '../remote/session.ts'
import { Refusal } from '../status.ts'
import { createAccount, type Account } from './account.ts'
import { fetchInto } from './arrival.ts'
import { hashOfFile } from './local-source.ts'
import { createNumbering, localPathOf } from './names.ts'
import { pourArchive, pourFiles } from './pour.ts'
import { placeIn } from './place.ts'
import { eachOf } from './queue.ts'
import { mayGoOn, numberOf } from './terms.ts'

export function get(ids: readonly string[], options: Options): Promise<number> {
  const record = textOf(options, 'record')
  if ((record === null) === (ids.length === 0))
    throw new Refusal('usage', 'Say what to get: ids of attachments, or --record <id> for all files of a record.')
  return untilInterrupted((signal) =>
    inOrganization(options, async ({ attachments }: OrganizationClient) => {
      const output = textOf(options, 'output')
      if (options['zip'] === true) return pourArchive({ attachments, signal, output }, record)
      const wanted =
        record === null
          ? named(attachments, ids, signal)
          : attachments.list({ record, kind: 'file', sort: 'created', order: 'asc', pageSize: 200 }, { signal })
      return output === null
        ? getInto({ attachments, signal }, wanted, options)
        : pourFiles({ attachments, signal, output }, wanted)
    }),
  )
}

async function* named(
  attachments: Attachments,
  ids: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Attachment> {
  for (const id of ids) {
    const attachment = await attachments.get(id, { signal })
    if (attachment.kind === 'link') throw new Refusal('failed', `${id} is a link, not a file: ${attachment.url ?? ''}`)
    yield attachment
  }
}

interface Getting {
  readonly attachments: Attachments
  readonly signal: AbortSignal
}

async function getInto(getting: Getting, wanted: AsyncIterable<Attachment>, options: Options): Promise<number> {
  const account = createAccount(options)
  const target = textOf(options, 'to') ?? '.'
  const numbered = createNumbering()
  const placed = async function* () {
    for await (const attachment of wanted) {
      account.meter.expect(1, attachment.size)
      yield { attachment, way: numbered(localPathOf(attachment.name, options['flat'] === true)) }
    }
  }
  await eachOf(placed(), numberOf(options, 'jobs', 4), async ({ attachment, way }) => {
    getting.signal.throwIfAborted()
    try {
      await getOne(getting, account, {
        attachment,
        path: placeIn(target, way),
        overwrite: options['overwrite'] === true,
      })
      return true
    } catch (error) {
      getting.signal.throwIfAborted()
      account.fail(way.join('/'), error)
      return mayGoOn(error)
    }
  })
  return account.end()
}

interface Wanted {
  readonly attachment: Attachment
  readonly path: string
  readonly overwrite: boolean
}

async function getOne(
  { attachments, signal }: Getting,
  account: Account,
  { attachment, path, overwrite }: Wanted,
): Promise<void> {
  const { id, size, sha256 } = attachment
  const line = { name: path, id, path, size, sha256 }
  if (await isThere(attachment, path, overwrite)) {
    account.meter.move(size)
    account.tell({ outcome: 'present', ...line })
  } else {
    await fetchInto({ attachments, attachment, path, signal, moved: (bytes) => account.meter.move(bytes) })
    account.tell({ outcome: 'downloaded', ...line })
  }
  account.meter.done(path)
}

/** Whether that very file is there; another one is not touched unless --overwrite says so. */
async function isThere({ size, sha256 }: Attachment, path: string, overwrite: boolean): Promise<boolean> {
  const facts = lstatSync(path, { throwIfNoEntry: false })
  if (facts === undefined) return false
  if (facts.isFile() && facts.size === size && (await hashOfFile(path)) === sha256) return true
  if (facts.isDirectory() || !overwrite)
    throw new Refusal('failed', 'something else is there under this name; --overwrite replaces a file')
  return false
}
