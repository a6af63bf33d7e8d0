import type { Op } from '../statement.ts'
import { clearModule } from './module-removal.ts'
import { clearOrganization } from './organization-removal.ts'
import { clearRecords } from './record-removal.ts'

/** One batch of what was removed: records first, then the modules that had them, then the organizations. */
export function* clearRemoved(limit: number, at: number): Op<boolean> {
  if (yield* clearRecords(limit, at)) return true
  return (yield* clearModule(limit, at)) || (yield* clearOrganization(limit, at))
}
