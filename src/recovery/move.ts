/**
 * Catalog and files go to other stores while the old ones serve: first all rows and bytes, then what changed meanwhile,
 * in rounds that get shorter, and at last, for a moment in which nobody writes, the rest. See decisions/0014.
 */
import { lockFolder } from '../catalog/lock.ts'
import { countAll, mustCountSame, mustHoldAll } from '../catalog/moving/comparison.ts'
import type { Run } from '../catalog/moving/end.ts'
import { forgetMove, mark } from '../catalog/moving/marks.ts'
import { isComplete, placeIn, step, type Stepped } from '../catalog/moving/step.ts'
import { blob, blobs, extent } from '../catalog/operations/inspection.ts'
import { bytes } from '../catalog/operations/blobs.ts'
import { holders } from '../catalog/operations/mending.ts'
import { makeFolder } from '../blobs/new-folder.ts'
import type { Config } from '../config.ts'
import type { StoredBlobs } from '../core/contracts.ts'
import { createCasebook, type Finding, type Judge, type Suspicion } from '../core/findings.ts'
import { createPace } from '../core/pace.ts'
import { replicate, replicateSome, type ReplicaParts, type Replicated } from '../core/replica.ts'
import { openBlobs, openStoredBlobs, ownsFolder, placesOf } from '../shelves.ts'
import { beginMove, type Ends, type Standing } from './moving-marks.ts'
import { openNew, openOld, planOf, type Plan } from './moving-plan.ts'
import { switchOver } from './moving-switch.ts'

export type MoveStage = 'rows' | 'comparing' | 'files' | 'changes' | 'switch'

export interface MoveOrder {
  readonly from: Config
  readonly to: Config
  /** Null: as fast as it goes. */
  readonly bytesPerSecond: number | null
  /** False: everything but the switch. */
  readonly switches: boolean
  /** Ends although some bytes were missing or wrong before; their attachments will not open. */
  readonly acceptLoss: boolean
  readonly signal: AbortSignal
  readonly found: (finding: Finding) => void
  readonly stage: (stage: MoveStage) => void
  readonly progress: (stage: MoveStage, done: number, all: number) => void
}

export interface MoveDone {
  readonly plan: Plan
  /** `lossy`: something was found, and losing it was not accepted. */
  readonly ended: 'moved' | 'waiting' | 'lossy'
  readonly standing: Standing
  readonly rows: number
  readonly files: Pick<Replicated, 'copied' | 'kept'>
  /** For how long nobody could write, in milliseconds. */
  readonly pauseMs: number
}

/** A round that brought no more than this is followed by the switch. */
const LITTLE = 200
/** Where changes come faster than they are brought over, the switch takes the longer. */
const MOST_ROUNDS = 30

/** Errors: those of `planOf`, `beginMove` and the stores. What was copied stays, and the same order goes on with it. */
export async function move(order: MoveOrder): Promise<MoveDone> {
  const plan = planOf(order.from, order.to)
  return holding(await foldersOf(order), async (opened) => {
    const from = opened(await openOld(order.from))
    const to = plan.movesCatalog ? opened(await openNew(order.to)) : null
    const target = plan.movesFiles ? opened(await openBlobs(order.to)) : null
    const source = plan.movesFiles ? opened(await openStoredBlobs(order.from)) : null
    const ends = { from, to, blobs: target }
    const standing = await beginMove(ends, plan)
    if (standing === 'sealed') return finish(ends, plan)
    await from.watch()
    return bringOver({ order, plan, ends, source, standing })
  })
}

interface Moving {
  readonly order: MoveOrder
  readonly plan: Plan
  readonly ends: Ends
  readonly source: Pick<StoredBlobs, 'open'> | null
  readonly standing: Standing
}

async function bringOver(moving: Moving): Promise<MoveDone> {
  const { order, plan, ends, standing } = moving
  let losses = 0
  const found = (finding: Finding) => {
    losses += 1
    order.found(finding)
  }
  const courier = createCourier(moving, found)
  const rows = ends.to === null ? 0 : await courier.rows()
  const files = await courier.files()
  order.stage('changes')
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    if ((await courier.round()) <= LITTLE) break
  }
  const done = { plan, standing, rows, files, pauseMs: 0 }
  if (losses > 0 && !order.acceptLoss) return { ...done, ended: 'lossy' }
  if (!order.switches) return { ...done, ended: 'waiting' }
  order.stage('switch')
  const store = ends.to === null ? placesOf(order.to).bytes : null
  const pauseMs = await switchOver(ends.from, store, () => courier.last())
  await ends.to?.write((write) => write(forgetMove()))
  return { ...done, pauseMs, ended: 'moved' }
}

/** Killed between the last two steps of the switch: both sides are the same already. */
async function finish({ from, to }: Ends, plan: Plan): Promise<MoveDone> {
  if (to !== null) {
    await mustCountSame(from, to)
    await to.write((write) => write(forgetMove()))
  }
  const files = { copied: { blobs: 0, bytes: 0 }, kept: 0 }
  return { plan, standing: 'sealed', rows: 0, files, pauseMs: 0, ended: 'moved' }
}

function createCourier({ order, ends, source }: Moving, found: (finding: Finding) => void) {
  const { from, to, blobs: target } = ends
  const { signal } = order
  const judge: Judge = async ({ key }) => {
    // What was given up meanwhile is missed by nobody.
    const row = key === null ? null : await from.read(blob(key))
    return row === null || row.claimedAt !== null ? null : { mended: false }
  }
  const inspection = inspectionOf(to?.read ?? from.read, from.read)
  const casebook = createCasebook(inspection, judge, found)
  const suspected: Suspicion[] = []
  const parts = {
    ...{ from, to, signal },
    wrong: (
      row: {
        readonly key: Suspicion['key']
        readonly organization: Suspicion['organization']
        readonly hash: string | null
      },
      bad: string,
    ) => {
      const expected = `SHA-256 ${row.hash ?? 'unknown'}`
      suspected.push({
        kind: 'wrong_hash',
        key: row.key,
        organization: row.organization,
        expected,
        found: `SHA-256 ${bad}`,
      })
    },
  }
  const stepped = async (compare?: (read: Run) => Promise<void>): Promise<Stepped> => {
    signal.throwIfAborted()
    const result = await step({ ...parts, ...(compare && { compare }) })
    for (const suspicion of suspected.splice(0)) await casebook.note(suspicion)
    await casebook.settle()
    return result
  }
  const replica = (): ReplicaParts | null =>
    target && {
      ...{ inspection, from: mustView(source), to: target, signal, found, judge, isStoreOnly: true },
      progress: (done, all) => order.progress('files', done, all),
      ...(order.bytesPerSecond !== null && { pace: createPace(order.bytesPerSecond) }),
    }
  const files = async () => {
    const carried = replica()
    if (carried === null) return { copied: { blobs: 0, bytes: 0 }, kept: 0 }
    const { copied, kept } = await replicate(carried)
    return { copied, kept }
  }
  const round = async () => {
    const { changes, blobs: rows } = await stepped()
    const carried = replica()
    if (carried !== null && rows === null) await replicate(carried)
    else if (carried !== null && rows !== null) await replicateSome(rows, carried)
    return changes
  }
  return {
    async rows() {
      order.stage('rows')
      const all = await countAll(from)
      let place = placeIn((await to?.read(mark()))?.place ?? null)
      while (!isComplete(place)) {
        place = (await stepped()).place
        order.progress('rows', place.rows, Math.max(all, place.rows))
      }
      order.stage('comparing')
      let compared = 0
      await stepped(async (read) => {
        if (to === null) return
        await mustHoldAll(read, to, (rows) => order.progress('comparing', (compared += rows), Math.max(all, compared)))
      })
      return compared
    },
    async files() {
      if (target !== null) order.stage('files')
      return files()
    },
    round,
    async last() {
      while ((await round()) > 0);
      if (to !== null) await mustCountSame(from, to)
    },
  }
}

/** Rows of the catalog that files are copied for, and who holds them. */
function inspectionOf(read: Run, readOld: Run): ReplicaParts['inspection'] {
  return {
    blobs: (after, limit) => read(blobs(after, limit)),
    bytes: (key) => read(bytes(key)),
    extent: () => read(extent()),
    holders: (keys) => readOld(holders(keys)),
  }
}

function mustView<T>(view: T | null): T {
  if (view === null) throw new Error('The store that files are copied from is not open.')
  return view
}

/** No server begins in the folder that is being filled. */
async function foldersOf({ from, to }: MoveOrder): Promise<readonly string[]> {
  const isServed = from.data === to.data && ownsFolder(from)
  if (!ownsFolder(to) || isServed) return []
  await makeFolder(to.data)
  return [to.data]
}

/** Whatever was opened is closed, the last first. */
async function holding<T>(
  folders: readonly string[],
  work: (opened: <O extends { close(): Promise<void> }>(one: O) => O) => Promise<T>,
): Promise<T> {
  const locks = folders.map((folder) => lockFolder(folder))
  const held: (() => void | Promise<void>)[] = locks.map((lock) => () => lock.release())
  try {
    return await work((one) => {
      held.push(() => one.close())
      return one
    })
  } finally {
    for (const close of held.reverse()) await close()
  }
}
