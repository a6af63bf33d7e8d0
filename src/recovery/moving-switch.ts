/** The end of a move: for a moment nobody writes, the rest goes over, and the old catalog is given up. */
import type { MovingEnd } from '../catalog/moving/end.ts'
import { liftFence } from '../catalog/moving/marks.ts'

/** A move that dies leaves the fence up for no longer than this. */
const FENCE_MS = 5_000
const PROLONG_EVERY_MS = 1_000

/**
 * `last` brings over what is left and is called with nobody writing; it is called again when somebody did all the same,
 * because the fence had run out on a machine that was held up. Answers for how many milliseconds nobody could write.
 */
export async function switchOver(from: MovingEnd, store: string | null, last: () => Promise<void>): Promise<number> {
  const beganAt = performance.now()
  await from.fence(FENCE_MS)
  // Its failures show where the rest of the work fails, too; what was written meanwhile is found by `seal`.
  const timer = setInterval(() => void from.fence(FENCE_MS).catch(() => undefined), PROLONG_EVERY_MS)
  try {
    do await last()
    while (!(await from.seal(store, Date.now())))
    return Math.round(performance.now() - beganAt)
  } catch (error) {
    clearInterval(timer)
    await from.write((write) => write(liftFence())).catch(() => undefined)
    throw error
  } finally {
    clearInterval(timer)
  }
}
