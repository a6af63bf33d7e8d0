/** A move writes a mark into both catalogs, which identifies it when it is resumed. */
import { randomUUID } from 'node:crypto'
import { countAll } from '../catalog/moving/comparison.ts'
import type { MovingEnd } from '../catalog/moving/end.ts'
import { forgetMove, mark, setMark, type MoveMark } from '../catalog/moving/marks.ts'
import type { BlobStore } from '../core/ports/contracts.ts'
import { DestinationNotEmpty, NothingToMove, type Plan } from './moving-plan.ts'

export interface Ends {
  readonly from: MovingEnd
  /** Null: the catalog is not moved. */
  readonly to: MovingEnd | null
  /** Target store of the files; null: they are not moved. */
  readonly blobs: BlobStore | null
}

export type MoveState = 'begun' | 'going on' | 'sealed'

/**
 * Begins a move, or resumes one begun earlier. `sealed`: everything was copied and the old catalog is sealed; only the
 * mark in the new one has to be removed. Errors: DestinationNotEmpty, AnotherMove, MovedAlready, NothingToMove.
 */
export async function beginMove(ends: Ends, plan: Plan): Promise<MoveState> {
  const { from, to } = ends
  const oldMark = await from.read(mark())
  const isSameTarget = oldMark?.role === 'old' && oldMark.target === plan.target
  if (oldMark !== null && !isSameTarget) throw new AnotherMove(oldMark.target)
  const newMark = to === null ? null : await to.read(mark())
  if (oldMark?.state === 'moved') {
    if (newMark?.id === oldMark.id) return 'sealed'
    throw new MovedAlready(oldMark)
  }
  if (to !== null && oldMark !== null && newMark?.id === oldMark.id && newMark.role === 'new') return 'going on'
  if (to === null && oldMark !== null) return 'going on'
  await mustBeEmpty(ends, newMark)
  await begin(ends, plan, oldMark?.id ?? randomUUID())
  return 'begun'
}

async function begin({ from, to }: Ends, { target }: Plan, id: string): Promise<void> {
  const row = { id, state: 'copying', target, store: null, place: null, fenced_until: null, ended_at: null } as const
  const at = Date.now()
  await from.write(async (write) => {
    await write(forgetMove())
    await write(setMark({ ...row, role: 'old', began_at: at }))
  })
  if (to === null) return
  // Two URLs of the same database are detected by the mark that was just written.
  if ((await to.read(mark())) !== null) {
    await from.write((write) => write(forgetMove()))
    throw new NothingToMove(to.name)
  }
  await to.write((write) => write(setMark({ ...row, role: 'new', began_at: at })))
}

async function mustBeEmpty({ to, blobs }: Ends, entered: MoveMark | null): Promise<void> {
  if (to !== null && (entered !== null || (await countAll(to)) > 0)) throw new DestinationNotEmpty(to.name)
  if (blobs === null) return
  for await (const { key } of blobs.list()) throw new DestinationNotEmpty(`The store that files go to (it has ${key})`)
}

/** A catalog has at most one move at a time. */
class AnotherMove extends Error {
  override readonly name = 'AnotherMove'

  constructor(target: string) {
    super(
      `A move of this catalog to another place is under way (${target}); go on with that one, or give it up with: dossier move --undo.`,
    )
  }
}

/** The move was completed earlier. */
class MovedAlready extends Error {
  override readonly name = 'MovedAlready'

  constructor({ target, ended_at: at }: MoveMark) {
    const when = at === null ? '' : ` on ${new Date(at).toISOString()}`
    super(
      `What was kept here was moved${when} (${target}); start Dossier with those settings, or take the move back with: dossier move --undo.`,
    )
  }
}
