import type { Properties } from '../../core/model/model.ts'

/** What is there with the changes laid over it; null takes a name away. */
export function merged(present: Properties | undefined, changes: Properties): Properties {
  return Object.fromEntries(Object.entries({ ...present, ...changes }).filter(([, value]) => value !== null))
}
