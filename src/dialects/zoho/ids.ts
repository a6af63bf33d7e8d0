import { Fault } from '../../core/model/fault.ts'
import type { Call } from '../../http/contracts.ts'

/** Maximum number of ids in one call. */
const MAX_IDS = 100

/** `ids=1,2,3` (commas raw or encoded), deduplicated, in request order. Fault: `invalid_input` about `parameter`. */
export function idsOf(call: Call): string[] {
  const ids = (call.query.get('ids') ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '')
  if (ids.length === 0)
    throw new Fault('invalid_input', 'parameter', 'The query parameter ids is missing: ids=<id>,<id>.', {
      reason: 'missing',
      details: { name: 'ids' },
    })
  if (ids.length > MAX_IDS)
    throw new Fault(
      'invalid_input',
      'parameter',
      `ids names ${String(ids.length)} records; at most ${String(MAX_IDS)} go in one call.`,
    )
  return [...new Set(ids)]
}
