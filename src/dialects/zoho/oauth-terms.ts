/** Lifetimes and maximum numbers of Zoho's codes and tokens, as published on its accounts pages. */
import type { Terms } from '../../core/access/grants.ts'

export const CODE_MS = 3 * 60_000
export const ACCESS_SECONDS = 3_600
const THROTTLED_MS = 10 * 60_000

/** `most`: maximum access tokens per refresh token in ten minutes; null: no limit. */
export function termsOf(most: number | null): Terms {
  return {
    kind: 'zoho',
    codeMs: CODE_MS,
    accessMs: ACCESS_SECONDS * 1_000,
    refreshMs: null,
    rotates: false,
    mostRefresh: 20,
    throttle: most === null ? null : { most, withinMs: THROTTLED_MS },
  }
}
