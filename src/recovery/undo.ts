/** Cancels a move, before or after its end: the old stores are as they were without it. */
import { mark } from '../catalog/moving/marks.ts'
import type { Config } from '../config/config.ts'
import { openOld } from './moving-plan.ts'

interface UndoResult {
  /** Human-readable description of the target; null: there was no move. */
  readonly target: string | null
  /** Whether the move was complete, so that the new stores may hold writes that the old ones lack. */
  readonly wasOver: boolean
}

/** Errors: those of `openOld`. Copied data is not removed. */
export async function undoMove(config: Config): Promise<UndoResult> {
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
