/** The wire languages, one line each. The last one owns every path that no other does. */
import type { Counters } from '../core/counters.ts'
import type { Dialect } from '../http/contracts.ts'
import { createHighLevel } from './highlevel/dialect.ts'
import { createNative } from './native/dialect.ts'
import { SCOPES } from './native/wire.ts'
import { createZoho } from './zoho/dialect.ts'

/** What an operator may do: everything. */
export const OPERATOR_SCOPES: readonly string[] = SCOPES

export interface DialectSettings {
  readonly limits: boolean
  readonly highlevelMax: number
  readonly highlevelDaily: number
  readonly zohoCredits: number
  readonly zohoConcurrency: number
  /** What limits count in. */
  readonly counters: Counters
}

export function createDialects(settings: DialectSettings): readonly Dialect[] {
  const highlevel = { max: settings.highlevelMax, intervalMs: 10_000, daily: settings.highlevelDaily }
  const zoho = { credits: settings.zohoCredits, concurrency: settings.zohoConcurrency }
  return [
    createZoho({ limits: settings.limits ? zoho : { credits: 0, concurrency: 0 }, counters: settings.counters }),
    createNative(),
    createHighLevel({ limits: settings.limits ? highlevel : null, counters: settings.counters }),
  ]
}
