import type { Catalog } from '../core/ports/catalog.ts'

/** How long a copy that died may keep the sweep from removing bytes. */
const LEASE_MS = 600_000
const PROLONG_EVERY_MS = 60_000

export interface Lease {
  /** Throws when it has run out: bytes that the copy names may be gone. */
  mustLast(): Promise<void>
  end(): Promise<void>
}

/** From now on no claimed bytes are removed, as long as this process lives and says so. */
export async function beginLease(catalog: Catalog, id: string): Promise<Lease> {
  let lost = false
  const prolong = async () => {
    const at = Date.now()
    lost ||= !(await catalog.prolongLease(id, at, at + LEASE_MS))
  }
  await catalog.beginLease(id, Date.now(), Date.now() + LEASE_MS)
  // A time that fails (a busy catalog) is followed by others before the lease runs out.
  const timer = setInterval(() => void prolong().catch(() => undefined), PROLONG_EVERY_MS)
  return {
    async mustLast() {
      await prolong()
      if (lost)
        throw new Error(
          'The backup was held up for more than ten minutes, and files that it names may have been removed meanwhile; run it again.',
        )
    },
    async end() {
      clearInterval(timer)
      await catalog.endLease(id)
    },
  }
}
