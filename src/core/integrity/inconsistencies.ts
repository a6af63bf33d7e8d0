/** Finds inconsistent rows with reads of the catalog alone. */
import type { FindingBatch } from './findings.ts'
import type { BlobRow, Holder, Inspection, MismatchedHolder } from '../ports/inspection.ts'
import type { BlobKey } from '../model/model.ts'
import { pagesOf } from './merge-walk.ts'

type Position = Pick<Holder, 'organization' | 'attachment'>

export async function findInconsistencies(inspection: Inspection, batch: FindingBatch): Promise<void> {
  for await (const item of pagesOf(
    (after: Position | null, limit) => inspection.misled(after, limit),
    ({ organization, attachment }) => ({ organization, attachment }),
  ))
    await noteMismatch(item, batch)
  // Settled first: the counts that follow must include what was mended.
  await batch.settle()
  for await (const row of pagesOf((after: BlobKey | null, limit) => inspection.miscounted(after, limit), keyOf)) {
    const { key, organization, holders, attachments } = row
    await batch.note({
      kind: 'wrong_count',
      key,
      organization,
      expected: attachments === 0 ? 'an attachment that holds it' : `${String(attachments)} counted as holders`,
      found: attachments === 0 ? 'none' : `${String(holders)} counted`,
    })
  }
  for await (const { key, organization, size, length } of pagesOf(
    (after: BlobKey | null, limit) => inspection.odd(after, limit),
    keyOf,
  )) {
    const expected = `${String(size)} bytes in the catalog`
    if (length === null) await batch.note({ kind: 'missing', key, organization, expected, found: 'none' })
    else await batch.note({ kind: 'wrong_size', key, organization, expected, found: `${String(length)} bytes` })
  }
  for await (const { key, length } of pagesOf(
    (after: BlobKey | null, limit) => inspection.stray(after, limit),
    keyOf,
  )) {
    const found = `${String(length)} bytes in the catalog`
    await batch.note({ kind: 'orphan', key, organization: null, expected: 'no bytes without a row', found })
  }
  await batch.settle()
}

async function noteMismatch(
  { blob, key, organization, hash, size }: MismatchedHolder,
  batch: FindingBatch,
): Promise<void> {
  const about = { key, organization }
  if (blob === null)
    return batch.note({ kind: 'no_row', ...about, expected: 'a row for its bytes', found: 'no such row' })
  if (blob.claimedAt !== null)
    return batch.note({
      kind: 'given_up',
      ...about,
      expected: 'bytes that are kept',
      found: `bytes given up at ${new Date(blob.claimedAt).toISOString()}`,
    })
  await batch.note({
    kind: 'mismatch',
    ...about,
    expected: described(organization, hash, size),
    found: described(blob.organization, blob.hash, blob.size),
  })
}

function described(organization: string | null, hash: string | null, size: number): string {
  return `${String(size)} bytes, SHA-256 ${hash ?? 'unknown'}, of organization ${organization ?? 'none'}`
}

function keyOf({ key }: Pick<BlobRow, 'key'>) {
  return key
}
