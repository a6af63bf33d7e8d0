import { Fault } from '../../core/model/fault.ts'
import type { Call } from '../../http/contracts.ts'

/** How many ids one call may name. */
const MOST = 100

/** `ids=1,2,3` (commas raw or encoded), each once, in their order. Faults: `invalid_input` about `parameter`. */
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
  if (ids.length > MOST)
    throw new Fault(
      'invalid_input',
      'parameter',
      `ids names ${String(ids.length)} records; at most ${String(MOST)} go in one call.`,
    )
  return [...new Set(ids)]
}
