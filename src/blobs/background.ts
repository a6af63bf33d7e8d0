/** A promise that is awaited later: its failure is not unhandled until then. */
export function background(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined)
  return promise
}
