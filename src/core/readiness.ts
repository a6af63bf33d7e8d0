/** Whether catalog and blob store work, as checked by an operation on each at most once a second. */
import type { Catalog } from './ports/catalog.ts'
import type { BlobStore } from './ports/contracts.ts'

/** Lifetime of a cached result, and timeout of a check, in milliseconds. */
const CACHED_MS = 1_000
const TIMEOUT_MS = 3_000

type Check = 'ok' | 'failed'

export interface Readiness {
  /** Whether the catalog can be read and written, and the blob store accepts bytes. Never rejects. */
  check(): Promise<{ readonly catalog: Check; readonly blobs: Check }>
}

export function createReadiness(catalog: Catalog, blobs: BlobStore, now: () => number): Readiness {
  let last: { readonly answer: ReturnType<Readiness['check']>; readonly until: number } | null = null
  const look = async () => {
    const [first, second] = await Promise.all([outcomeOf(catalog.ping()), outcomeOf(blobs.check())])
    return { catalog: first, blobs: second }
  }
  return {
    check() {
      if (last === null || last.until <= now()) last = { answer: look(), until: now() + CACHED_MS }
      return last.answer
    },
  }
}

/** A check that exceeds the timeout counts as failed, so that a readiness probe never hangs. */
async function outcomeOf(check: Promise<void>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<Check>((resolve) => {
    timer = setTimeout(() => resolve('failed'), TIMEOUT_MS)
  })
  const checked = check.then(
    (): Check => 'ok',
    (): Check => 'failed',
  )
  const outcome = await Promise.race([checked, timeout])
  clearTimeout(timer)
  return outcome
}
