import type { Terms } from '../../core/access/grants.ts'

/** The value of `expires_in`: a day, less a second. */
export const ACCESS_SECONDS = 86_399

const YEAR_MS = 365 * 86_400_000

export const TERMS: Terms = {
  kind: 'highlevel',
  codeMs: 10 * 60_000,
  accessMs: ACCESS_SECONDS * 1_000,
  refreshMs: YEAR_MS,
  rotates: true,
  mostRefresh: null,
  throttle: null,
}
