/**
 * Moves catalog and files to other stores while the old ones serve: first all rows and bytes, then the changes made
 * meanwhile, in rounds that get shorter, and finally the remaining changes while writes are blocked. See decisions/0014.
 */
import { makeFolder } from '../blobs/new-folder.ts'
import { lockFolder } from '../catalog/sqlite/lock.ts'
import { mustCountSame } from '../catalog/moving/comparison.ts'
import { forgetMove } from '../catalog/moving/marks.ts'
import type { Config } from '../config/config.ts'
import type { StoredBlobs } from '../core/ports/contracts.ts'
import type { Finding } from '../core/integrity/findings.ts'
import { openBlobs, openStoredBlobs, ownsFolder, placesOf } from '../server/stores.ts'
import { createFileCourier, type FileCourier, type Files } from './moving-files.ts'
import { beginMove, type Ends, type Standing } from './moving-marks.ts'
import { openNew, openOld, planOf, type Plan } from './moving-plan.ts'
import { createRowCourier, type RowCourier } from './moving-rows.ts'
import { switchOver } from './moving-switch.ts'

export type MoveStage = 'rows' | 'comparing' | 'files' | 'changes' | 'switch'

export interface MoveOrder {
  readonly from: Config
  readonly to: Config
  /** Null: no limit. */
  readonly bytesPerSecond: number | null
  /** False: stops before the switch. */
  readonly switches: boolean
  /** Completes although some bytes were missing or damaged in the old store; their attachments cannot be downloaded. */
  readonly acceptLoss: boolean
  readonly signal: AbortSignal
  readonly found: (finding: Finding) => void
  readonly stage: (stage: MoveStage) => void
  readonly progress: (stage: MoveStage, done: number, all: number) => void
}

export interface MoveDone {
  readonly plan: Plan
  /** `lossy`: findings were reported and the loss was not accepted. */
  readonly ended: 'moved' | 'waiting' | 'lossy'
  readonly standing: Standing
  readonly rows: number
  readonly files: Files
  /** How long writes were blocked, in milliseconds. */
  readonly pauseMs: number
}

/** A round with at most this many changes, in less than this time, is followed by the switch. */
const LITTLE = 200
const SHORT_MS = 2_000
/** Maximum number of rounds. If changes arrive faster than they are copied, the switch takes longer instead. */
const MOST_ROUNDS = 30

/** Errors: those of `planOf`, `beginMove` and the stores. Copied data is kept; a call with the same arguments resumes. */
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
  readonly source: StoredBlobs | null
  readonly standing: Standing
}

const NO_FILES: Files = { copied: { blobs: 0, bytes: 0 }, kept: 0 }

async function bringOver(moving: Moving): Promise<MoveDone> {
  const { order, plan, ends, standing } = moving
  let losses = 0
  const couriers = couriersOf(moving, (finding) => {
    losses += 1
    order.found(finding)
  })
  const rows = ends.to === null ? 0 : await allRows(couriers, order)
  if (couriers.files !== null) order.stage('files')
  const files = (await couriers.files?.all()) ?? NO_FILES
  order.stage('changes')
  await catchUp(couriers)
  const done = { plan, standing, rows, files, pauseMs: 0 }
  if (losses > 0 && !order.acceptLoss) return { ...done, ended: 'lossy' }
  if (!order.switches) return { ...done, ended: 'waiting' }
  order.stage('switch')
  const store = ends.to === null ? placesOf(order.to).bytes : null
  const pauseMs = await switchOver(ends.from, store, () => theRest(couriers, ends))
  await ends.to?.write((write) => write(forgetMove()))
  return { ...done, pauseMs, ended: 'moved' }
}

/** Completes a move that was killed between the last two steps of the switch, when both sides are already equal. */
async function finish({ from, to }: Ends, plan: Plan): Promise<MoveDone> {
  if (to !== null) {
    await mustCountSame(from, to)
    await to.write((write) => write(forgetMove()))
  }
  return { plan, standing: 'sealed', rows: 0, files: NO_FILES, pauseMs: 0, ended: 'moved' }
}

interface Couriers {
  readonly rows: RowCourier
  /** Null: files are not moved. */
  readonly files: FileCourier | null
}

function couriersOf({ order, ends, source }: Moving, found: (finding: Finding) => void): Couriers {
  const { from, to, blobs: target } = ends
  const { signal, bytesPerSecond } = order
  const progress = (done: number, all: number) => order.progress('files', done, all)
  const reading = { read: to?.read ?? from.read, readOld: from.read }
  return {
    rows: createRowCourier({ from, to, signal, found }),
    files:
      target && source && createFileCourier({ source, target, bytesPerSecond, signal, found, progress, ...reading }),
  }
}

async function allRows({ rows }: Couriers, order: MoveOrder): Promise<number> {
  order.stage('rows')
  await rows.copy((done, all) => order.progress('rows', done, all))
  order.stage('comparing')
  return rows.compare((done, all) => order.progress('comparing', done, all))
}

/** Copies changes in rounds until one round is short. */
async function catchUp(couriers: Couriers): Promise<void> {
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const beganAt = performance.now()
    const changes = await bringChanges(couriers, false)
    if (changes <= LITTLE && performance.now() - beganAt < SHORT_MS) return
  }
}

/** Called while writes are blocked. */
async function theRest(couriers: Couriers, { from, to }: Ends): Promise<void> {
  while ((await bringChanges(couriers, true)) > 0);
  if (to !== null) await mustCountSame(from, to)
}

async function bringChanges({ rows, files }: Couriers, isHurried: boolean): Promise<number> {
  const { changes, blobs } = await rows.changes()
  await files?.some(blobs, isHurried)
  return changes
}

/** Folders to lock, so that no server starts in the folder that is being filled. */
async function foldersOf({ from, to }: MoveOrder): Promise<readonly string[]> {
  const isServed = from.data === to.data && ownsFolder(from)
  if (!ownsFolder(to) || isServed) return []
  await makeFolder(to.data)
  return [to.data]
}

/** Locks the folders, and closes all resources that `work` opened in reverse order. */
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
