/** How something is sent so that it is attached once, and how what was kept is held against what was read. */
import { createHash, randomUUID } from 'node:crypto'
import { ProblemError, type Attachment, type Attachments, type Uploaded } from '../../client/client.ts'
import type { Account } from './account.ts'
import type { LocalFile } from './tree.ts'

export interface Putting {
  readonly attachments: Attachments
  readonly record: string | null
  readonly account: Account
  readonly signal: AbortSignal
}

/** Under a key that a second run uses as well: what was under way when a run was killed is not attached twice. */
export async function sentOnce(
  { attachments, signal }: Putting,
  send: (key: string) => Promise<Uploaded>,
  key: string,
): Promise<Uploaded> {
  try {
    const uploaded = await send(key)
    if (!uploaded.replayed || (await isThere(attachments, uploaded.items, signal))) return uploaded
  } catch (error) {
    // The file was another one when the key was used first.
    if (!(error instanceof ProblemError && error.problem['reason'] === 'idempotency')) throw error
  }
  return send(randomUUID())
}

async function isThere(attachments: Attachments, items: readonly Attachment[], signal: AbortSignal): Promise<boolean> {
  try {
    for (const { id } of items) await attachments.get(id, { signal })
    return true
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return false
    throw error
  }
}

/** What the server keeps is what was read here, or it does not stay. */
export async function verified(
  { attachments }: Putting,
  made: Attachment | undefined,
  sha256: string | null,
): Promise<Attachment> {
  if (made === undefined) throw new Error('the server answered without an attachment')
  if (sha256 === null || made.sha256 === sha256) return made
  await attachments.remove(made.id)
  throw new Error('it arrived changed, so it was removed again; put it once more')
}

export function keyOf(files: readonly LocalFile[], record: string | null, field: string | null): string {
  const facts = JSON.stringify([record, field, files.map(({ name, state }) => [name, state])])
  return `put-${createHash('sha256').update(facts).digest('hex')}`
}

export function factsOf({ id, size, sha256 }: Attachment): { id: string; size: number; sha256: string } {
  return { id, size, sha256 }
}
