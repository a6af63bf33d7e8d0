/**
 * Moves catalog and files to other stores while the old ones serve: first all rows and bytes, then the changes made
 * meanwhile, in rounds that get shorter, and finally the rest while writes are blocked. See decisions/0014.
 */
import { makeFolder } from '../blobs/new-folder.ts'
import { lockFolder } from '../catalog/sqlite/lock.ts'
import { mustCountSame } from '../catalog/moving/comparison.ts'
import { forgetMove } from '../catalog/moving/marks.ts'
import type { Config } from '../config/config.ts'
import type { StoredBlobs } from '../core/ports/contracts.ts'
import type { Finding } from '../core/integrity/findings.ts'
import { openBlobs, openStoredBlobs, ownsFolder, storeLocationsOf } from '../server/stores.ts'
import { createFileCopier, type FileCopier, type FileCounts } from './moving-files.ts'
import { beginMove, type Ends, type MoveState } from './moving-marks.ts'
import { openNew, openOld, planOf, type Plan } from './moving-plan.ts'
import { createRowCopier, type RowCopier } from './moving-rows.ts'
import { switchOver } from './moving-switch.ts'

export type MoveStage = 'rows' | 'comparing' | 'files' | 'changes' | 'switch'

interface MoveOptions {
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

export interface MoveResult {
  readonly plan: Plan
  /** `lossy`: findings were reported and the loss was not accepted. */
  readonly ended: 'moved' | 'waiting' | 'lossy'
  readonly standing: MoveState
  readonly rows: number
  readonly files: FileCounts
  /** How long writes were blocked, in milliseconds. */
  readonly pauseMs: number
}

/** A round with at most this many changes, in less than this time, is followed by the switch. */
const FEW_CHANGES = 200
const SHORT_ROUND_MS = 2_000
/** Maximum number of rounds. If changes arrive faster than they are copied, the switch takes longer instead. */
const MAX_ROUNDS = 30

/** Errors: those of `planOf`, `beginMove` and the stores. Copied data is kept; the same call resumes. */
export async function move(options: MoveOptions): Promise<MoveResult> {
  const plan = planOf(options.from, options.to)
  return withResources(await foldersToLock(options), async (opened) => {
    const from = opened(await openOld(options.from))
    const to = plan.movesCatalog ? opened(await openNew(options.to)) : null
    const target = plan.movesFiles ? opened(await openBlobs(options.to)) : null
    const source = plan.movesFiles ? opened(await openStoredBlobs(options.from)) : null
    const ends = { from, to, blobs: target }
    const standing = await beginMove(ends, plan)
    if (standing === 'sealed') return finishSealed(ends, plan)
    await from.watch()
    return copyAndSwitch({ options, plan, ends, source, standing })
  })
}

interface MoveContext {
  readonly options: MoveOptions
  readonly plan: Plan
  readonly ends: Ends
  readonly source: StoredBlobs | null
  readonly standing: MoveState
}

const NO_FILES: FileCounts = { copied: { blobs: 0, bytes: 0 }, kept: 0 }

async function copyAndSwitch(moving: MoveContext): Promise<MoveResult> {
  const { options, plan, ends, standing } = moving
  let losses = 0
  const couriers = createCopiers(moving, (finding) => {
    losses += 1
    options.found(finding)
  })
  const rows = ends.to === null ? 0 : await copyAllRows(couriers, options)
  if (couriers.files !== null) options.stage('files')
  const files = (await couriers.files?.all()) ?? NO_FILES
  options.stage('changes')
  await copyChangesInRounds(couriers)
  const done = { plan, standing, rows, files, pauseMs: 0 }
  if (losses > 0 && !options.acceptLoss) return { ...done, ended: 'lossy' }
  if (!options.switches) return { ...done, ended: 'waiting' }
  options.stage('switch')
  const store = ends.to === null ? storeLocationsOf(options.to).bytes : null
  const pauseMs = await switchOver(ends.from, store, () => copyRemaining(couriers, ends))
  await ends.to?.write((write) => write(forgetMove()))
  return { ...done, pauseMs, ended: 'moved' }
}

/** Completes a move that was killed between the last two steps of the switch, when both sides are already equal. */
async function finishSealed({ from, to }: Ends, plan: Plan): Promise<MoveResult> {
  if (to !== null) {
    await mustCountSame(from, to)
    await to.write((write) => write(forgetMove()))
  }
  return { plan, standing: 'sealed', rows: 0, files: NO_FILES, pauseMs: 0, ended: 'moved' }
}

interface Copiers {
  readonly rows: RowCopier
  /** Null: files are not moved. */
  readonly files: FileCopier | null
}

function createCopiers({ options, ends, source }: MoveContext, found: (finding: Finding) => void): Copiers {
  const { from, to, blobs: target } = ends
  const { signal, bytesPerSecond } = options
  const progress = (done: number, all: number) => options.progress('files', done, all)
  const reading = { read: to?.read ?? from.read, readOld: from.read }
  return {
    rows: createRowCopier({ from, to, signal, found }),
    files:
      target && source && createFileCopier({ source, target, bytesPerSecond, signal, found, progress, ...reading }),
  }
}

async function copyAllRows({ rows }: Copiers, options: MoveOptions): Promise<number> {
  options.stage('rows')
  await rows.copy((done, all) => options.progress('rows', done, all))
  options.stage('comparing')
  return rows.compare((done, all) => options.progress('comparing', done, all))
}

/** Copies changes in rounds until one round is short. */
async function copyChangesInRounds(couriers: Copiers): Promise<void> {
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const beganAt = performance.now()
    const changes = await copyChanges(couriers, false)
    if (changes <= FEW_CHANGES && performance.now() - beganAt < SHORT_ROUND_MS) return
  }
}

/** Called while writes are blocked. */
async function copyRemaining(couriers: Copiers, { from, to }: Ends): Promise<void> {
  while ((await copyChanges(couriers, true)) > 0);
  if (to !== null) await mustCountSame(from, to)
}

async function copyChanges({ rows, files }: Copiers, isHurried: boolean): Promise<number> {
  const { changes, blobs } = await rows.changes()
  await files?.some(blobs, isHurried)
  return changes
}

/** Folders to lock, so that no server starts in the folder that is being filled. */
async function foldersToLock({ from, to }: MoveOptions): Promise<readonly string[]> {
  const isServed = from.data === to.data && ownsFolder(from)
  if (!ownsFolder(to) || isServed) return []
  await makeFolder(to.data)
  return [to.data]
}

/** Locks the folders, and closes all resources that `work` opened in reverse order. */
async function withResources<T>(
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
