/** A catalog as one end of a move: what is the same for every engine. */
import type { Op } from '../statement.ts'

export type Run = <T>(op: Op<T>) => Promise<T>

export interface MovingEnd {
  /** Where it is, for people; without a password. */
  readonly name: string
  /** All that `work` reads is of one moment, however long it takes; others go on writing. */
  moment<T>(work: (read: Run) => Promise<T>): Promise<T>
  /** What is there now; not while `moment` works. */
  readonly read: Run
  /** One transaction, kept when `work` resolves. */
  write<T>(work: (write: Run) => Promise<T>): Promise<T>
  /** From now on every change is written down, whoever makes it, and the fence is heeded. */
  watch(): Promise<void>
  /** The opposite; nothing of the move is left. */
  unwatch(): Promise<void>
  /** Nobody writes from now on, for so long by the database's own clock; resolves when those who did are done. */
  fence(ms: number): Promise<void>
  /** Nobody writes any more, for good; false when somebody did since the last copy, and all is as it was. */
  seal(store: string | null, at: number): Promise<boolean>
  close(): Promise<void>
}

/** Somebody is moving this catalog already. */
export class MoveUnderWay extends Error {
  override readonly name = 'MoveUnderWay'

  constructor(name: string) {
    super(`Another dossier move is at work on ${name}; wait for its end, or stop it first.`)
  }
}
