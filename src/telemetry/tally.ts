/** One thread's counting: what the door, the sweep and the thread itself tell, added to its sheet. */
import type { SweepTally } from '../core/contracts.ts'
import { add, observe, type Sheet } from '../core/tally.ts'
import type { Dialect } from '../http/contracts.ts'
import type { Passage } from '../http/observer.ts'
import { createDoorLayout, SECONDS, type DoorLayout, type RouteSlots } from './door-layout.ts'
import { declareThread, type ThreadSlots } from './thread-families.ts'
import type { Traffic } from './traffic.ts'

/** Every thread makes the same one, for every thread has the same dialects. */
export interface TallyLayout extends DoorLayout {
  readonly thread: ThreadSlots
}

export function createTallyLayout(dialects: readonly Dialect[]): TallyLayout {
  const door = createDoorLayout(dialects)
  return { ...door, thread: declareThread(door.layout) }
}

export interface Tally {
  readonly sweep: SweepTally
  /** One more or one less of what is open. */
  open(what: 'requests' | 'uploads' | 'connections', change: 1 | -1): void
  answered(passage: Passage, status: number, isWhole: boolean, endedAt: number): void
  passed(dialect: Dialect, traffic: Traffic): void
  /** The settings were read again, or refused. */
  reloaded(isInOrder: boolean): void
}

export function createTally({ ofDialect, ofRoute, thread }: TallyLayout, sheet: Sheet): Tally {
  const count = (slots: RouteSlots, { seen, beganAt }: Passage, endedAt: number) => {
    const { seconds } = slots
    const took = (at: number, from: number, to: number) => observe(sheet, at, SECONDS, (to - from) / 1000)
    took(seconds.whole, beganAt, endedAt)
    if (seen.admittedAt > 0) took(seconds.authentication, beganAt, seen.admittedAt)
    const intake = seen.intake
    if (intake === null || intake.receivedAt === 0) return
    took(seconds.receive, seen.admittedAt || beganAt, intake.receivedAt)
    if (intake.committedAt > 0) took(seconds.commit, intake.receivedAt, intake.committedAt)
  }
  return {
    sweep: {
      ran: (isInOrder) => add(sheet, isInOrder ? thread.sweeps : thread.failedSweeps, 1),
      removed(keys, bytes) {
        add(sheet, thread.sweptKeys, keys)
        add(sheet, thread.sweptBytes, bytes)
      },
    },
    open: (what, change) => add(sheet, thread[what], change),
    answered(passage, status, isWhole, endedAt) {
      const { seen, counter } = passage
      const dialect = ofDialect.get(counter.dialect)
      if (dialect === undefined) return
      const slots = (seen.route === null ? undefined : ofRoute.get(seen.route)) ?? dialect.noRoute
      add(sheet, slots.answers + Math.min(Math.max(Math.trunc(status / 100), 1), 5) - 1, 1)
      count(slots, passage, endedAt)
      if (seen.fault !== null) add(sheet, dialect.refusals[seen.fault.code], 1)
      if (!isWhole) add(sheet, dialect.cut, 1)
      if (seen.intake === null || seen.intake.attached === 0) return
      add(sheet, dialect.uploads, 1)
      add(sheet, dialect.uploadedFiles, seen.intake.attached)
      add(sheet, dialect.uploadedBytes, seen.intake.bytes)
    },
    reloaded: (isInOrder) => add(sheet, isInOrder ? thread.reloads : thread.refusedReloads, 1),
    passed(dialect, { received, sent }) {
      const slots = ofDialect.get(dialect)
      if (slots === undefined) return
      add(sheet, slots.received, received)
      add(sheet, slots.sent, sent)
    },
  }
}
