import type { Catalog } from '../core/ports/catalog.ts'

/** Maximum time for which the lease of a backup that died prevents the sweep from removing bytes. */
const LEASE_TTL_MS = 600_000
const RENEW_INTERVAL_MS = 60_000

interface Lease {
  /** Throws if the lease has expired: bytes that the copy references may have been removed. */
  mustBeValid(): Promise<void>
  end(): Promise<void>
}

/** Until `end`, no claimed bytes are removed, provided that this process lives and renews the lease. */
export async function beginLease(catalog: Catalog, id: string): Promise<Lease> {
  let lost = false
  const renew = async () => {
    const at = Date.now()
    lost ||= !(await catalog.prolongLease(id, at, at + LEASE_TTL_MS))
  }
  await catalog.beginLease(id, Date.now(), Date.now() + LEASE_TTL_MS)
  // A failed renewal (a busy catalog) is retried several times before the lease expires.
  const timer = setInterval(() => void renew().catch(() => undefined), RENEW_INTERVAL_MS)
  return {
    async mustBeValid() {
      await renew()
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
