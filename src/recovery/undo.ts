/** A move is given up, before its end or after: the old stores are as if it had never been. */
import { mark } from '../catalog/moving/marks.ts'
import type { Config } from '../config/config.ts'
import { openOld } from './moving-plan.ts'

export interface Undone {
  /** Where it went, for people; null: there was no move. */
  readonly target: string | null
  /** Whether it was over, so that something may have been written in the new place that is not here. */
  readonly wasOver: boolean
}

/** Errors: those of `openOld`. What was copied already stays where it is. */
export async function undoMove(config: Config): Promise<Undone> {
  const from = await openOld(config)
  try {
    const found = await from.read(mark())
    if (found === null || found.role === 'new') return { target: null, wasOver: false }
    await from.unwatch()
    return { target: found.target, wasOver: found.state === 'moved' }
  } finally {
    await from.close()
  }
}
