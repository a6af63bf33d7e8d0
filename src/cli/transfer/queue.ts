/** Works on all items, so many at a time. After an error, or work that answers false, nothing new is begun; what runs is waited for. */
export async function eachOf<T>(
  items: Iterable<T> | AsyncIterable<T>,
  atATime: number,
  work: (item: T) => Promise<boolean>,
): Promise<void> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  const ending = { now: false, failed: false, error: null as unknown }
  const lane = async () => {
    while (!ending.now) {
      try {
        const next = await source.next()
        if (next.done === true) return
        if (!(await work(next.value))) ending.now = true
      } catch (error) {
        if (!ending.failed) Object.assign(ending, { now: true, failed: true, error })
      }
    }
  }
  await Promise.all(Array.from({ length: atATime }, lane))
  await source.return?.()
  if (ending.failed) throw ending.error
}
