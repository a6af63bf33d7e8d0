/** The end of a move: writes are blocked, the remaining changes are copied, and the old catalog is sealed. */
import type { MovingEnd } from '../catalog/moving/end.ts'
import { liftFence } from '../catalog/moving/marks.ts'

/** Maximum time for which the fence of a move that died blocks writes. */
const FENCE_MS = 5_000
const RENEW_INTERVAL_MS = 1_000

/**
 * `last` copies the remaining changes and is called while writes are blocked. It is called again if a write happened
 * because the fence expired on a stalled machine. Returns how long writes were blocked, in milliseconds.
 */
export async function switchOver(
  from: MovingEnd,
  store: string | null,
  copyRemaining: () => Promise<void>,
): Promise<number> {
  const beganAt = performance.now()
  await from.fence(FENCE_MS)
  // Failures are ignored: the rest of the work then fails too, and `seal` detects writes made meanwhile.
  const timer = setInterval(() => void from.fence(FENCE_MS).catch(() => undefined), RENEW_INTERVAL_MS)
  try {
    do await copyRemaining()
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
