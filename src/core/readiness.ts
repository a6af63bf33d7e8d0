/** Whether what is needed to serve is there: asked of the shelves themselves, and not more often than once a second. */
import type { Catalog } from './ports/catalog.ts'
import type { BlobStore } from './ports/contracts.ts'

/** How long an answer is believed, and how long one is waited for, in milliseconds. */
const BELIEVED_MS = 1_000
const PATIENCE_MS = 3_000

export type Check = 'ok' | 'failed'

export interface Readiness {
  /** Whether the catalog can be read and written, and whether the blob store takes bytes. Never rejects. */
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
      if (last === null || last.until <= now()) last = { answer: look(), until: now() + BELIEVED_MS }
      return last.answer
    },
  }
}

/** A shelf that hangs has failed: who asks wants to know now. */
async function outcomeOf(asked: Promise<void>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Check>((resolve) => {
    timer = setTimeout(() => resolve('failed'), PATIENCE_MS)
  })
  const said = asked.then(
    (): Check => 'ok',
    (): Check => 'failed',
  )
  const outcome = await Promise.race([said, late])
  clearTimeout(timer)
  return outcome
}
