/** `dossier put`: local files become attachments; what is there already stays as it is. */
import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Attachment } from '../../client/client.ts'
import { textOf, type Options } from '../options.ts'
import { untilInterrupted } from '../interruption.ts'
import { inOrganization } from '../remote/session.ts'
import { Refusal } from '../status.ts'
import { createAccount } from './account.ts'
import { createLocalSource, hashing, hashOfFile } from './local-source.ts'
import { putInField } from './put-field.ts'
import { knownTo, type Known } from './present.ts'
import { factsOf, keyOf, sentOnce, verified, type Putting } from './putting.ts'
import { eachOf } from './queue.ts'
import { mayGoOn, numberOf, targetOf } from './terms.ts'
import { filesIn, type LocalFile } from './tree.ts'

export async function put(paths: readonly string[], options: Options): Promise<number> {
  const record = targetOf(options)
  const links = (options['link'] ?? []) as readonly string[]
  if (paths.length + links.length === 0)
    throw new Refusal('usage', 'Say what to put: files, folders, - for standard input, or --link <url>.')
  const files = await filesOf(paths, options)
  return untilInterrupted((signal) =>
    inOrganization(options, async ({ attachments }) => {
      const account = createAccount(options)
      for (const path of files.skipped) account.tell({ outcome: 'skipped', name: path, path })
      account.meter.expect(
        files.found.length,
        files.found.reduce((sum, { size }) => sum + (size ?? 0), 0),
      )
      if (textOf(options, 'field') !== null)
        await putInField({ attachments, record, account, signal }, files.found, options)
      else await putEach({ attachments, record, account, signal }, files.found, options)
      if (links.length > 0) await putLinks({ attachments, record, account, signal }, links)
      return account.end()
    }),
  )
}

async function filesOf(
  paths: readonly string[],
  options: Options,
): Promise<{ found: readonly LocalFile[]; skipped: readonly string[] }> {
  const name = textOf(options, 'name')
  const { files, skipped } = await filesIn(
    paths.filter((path) => path !== '-'),
    { flat: options['flat'] === true },
  )
  const fromInput = paths.includes('-') ? [{ path: '-', name: name ?? '', size: null, state: '' }] : []
  const found = [...files, ...fromInput]
  if (fromInput.length > 0 && name === null)
    throw new Refusal('usage', 'What comes from standard input needs a name: --name report.pdf.')
  if (name !== null && found.length !== 1) throw new Refusal('usage', '--name is for one file.')
  return { found: name === null ? found : found.map((file) => ({ ...file, name })), skipped }
}

async function putEach(putting: Putting, files: readonly LocalFile[], options: Options): Promise<void> {
  const { attachments, record, account, signal } = putting
  const again = options['again'] === true
  const known = again ? null : await knownTo(attachments, record, files, signal)
  await eachOf(files, numberOf(options, 'jobs', 4), async (file) => {
    signal.throwIfAborted()
    try {
      await putOne(putting, file, known)
      return true
    } catch (error) {
      signal.throwIfAborted()
      account.fail(file.name, error)
      return mayGoOn(error)
    }
  })
}

async function putOne(putting: Putting, file: LocalFile, known: Known | null): Promise<void> {
  const { account } = putting
  const { path, name, size } = file
  const present = size === null ? null : ((await known?.take(file, () => hashOfFile(path))) ?? null)
  if (present !== null) {
    account.meter.move(size ?? 0)
    account.tell({ outcome: 'present', name, path, ...factsOf(present) })
  } else {
    const made = await (size === null ? putStream(putting, file) : putFile(putting, { ...file, size }, known === null))
    account.tell({ outcome: 'uploaded', name, path, ...factsOf(made) })
  }
  account.meter.done(name)
}

async function putFile(
  putting: Putting,
  file: LocalFile & { readonly size: number },
  again: boolean,
): Promise<Attachment> {
  const { attachments, record, account, signal } = putting
  const source = createLocalSource(file.path, file.size, (bytes) => account.meter.move(bytes))
  const send = (idempotencyKey: string) =>
    attachments.upload(
      record,
      { name: file.name, size: file.size, body: () => source.open() },
      { idempotencyKey, signal },
    )
  const uploaded = again ? await send(randomUUID()) : await sentOnce(putting, send, keyOf([file], record, null))
  return verified(putting, uploaded.items[0], source.sha256())
}

async function putStream({ attachments, record, account, signal }: Putting, file: LocalFile): Promise<Attachment> {
  const input = (file.path === '-' ? process.stdin : createReadStream(file.path)) as AsyncIterable<Uint8Array>
  const { chunks, sha256 } = hashing(input, (bytes) => account.meter.move(bytes))
  const { items } = await attachments.upload(record, { name: file.name, body: chunks() }, { signal })
  return verified({ attachments, record, account, signal }, items[0], sha256())
}

async function putLinks({ attachments, record, account, signal }: Putting, links: readonly string[]): Promise<void> {
  const { items } = await attachments.upload(
    record,
    links.map((link) => ({ link })),
    { signal },
  )
  for (const { id, name } of items) account.tell({ outcome: 'uploaded', name, id })
}
