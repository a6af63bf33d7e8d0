/** One entry per dialect. The last one serves every path that no other dialect claims. */
import type { RateLimiter } from '../core/limits/rate-limiter.ts'
import type { Dialect } from '../http/contracts.ts'
import { createDocumentation } from '../openapi/documentation.ts'
import { createHighLevel } from './highlevel/dialect.ts'
import { createNative } from './native/dialect.ts'
import { SCOPES } from '../core/model/scopes.ts'
import { createZoho } from './zoho/dialect.ts'

/** Scopes of an operator's token: all of them. */
export const OPERATOR_SCOPES: readonly string[] = SCOPES

interface DialectSettings {
  readonly limits: boolean
  readonly zohoTokens: number
  readonly highlevelMax: number
  readonly highlevelDaily: number
  readonly zohoCredits: number
  readonly zohoConcurrency: number
}

/** `settings` is read again for each decision, because settings can change at run time. */
export function createDialects(settings: () => DialectSettings, limiter: RateLimiter): readonly Dialect[] {
  const zoho = () => {
    const { limits, zohoCredits, zohoConcurrency } = settings()
    return limits ? { credits: zohoCredits, concurrency: zohoConcurrency } : { credits: 0, concurrency: 0 }
  }
  const highlevel = () => {
    const { limits, highlevelMax, highlevelDaily } = settings()
    return limits ? { max: highlevelMax, intervalMs: 10_000, daily: highlevelDaily } : null
  }
  const tokensPerRefresh = () => (settings().limits ? settings().zohoTokens : null)
  const dialects: readonly Dialect[] = [
    createZoho({ limits: zoho, tokensPerRefresh, countsCalls: settings().zohoConcurrency > 0, limiter }),
    createNative(createDocumentation(() => dialects)),
    createHighLevel({ limits: highlevel, limiter }),
  ]
  return dialects
}
