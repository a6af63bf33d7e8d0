// What the source of a put has to give, until it ends or the put is given up.

/**
 * The source's chunks. Rejects with the signal's reason as soon as it is aborted, even while the source is silent;
 * the source is then told to stop, but not waited for.
 */
export async function* arrivalOf(
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  signal.throwIfAborted()
  const iterator = bytes[Symbol.asyncIterator]()
  // No Promise.race against one long promise: that would hold every chunk until the put is over.
  let giveUp: (reason: Error) => void = () => undefined
  const next = () =>
    new Promise<IteratorResult<Uint8Array, unknown>>((resolve, reject) => {
      giveUp = reject
      iterator.next().then(resolve, reject)
    })
  const onAbort = () => giveUp(signal.reason as Error)
  signal.addEventListener('abort', onAbort)
  let ended = false
  try {
    for (;;) {
      signal.throwIfAborted()
      const result = await next()
      ended = result.done === true
      if (result.done) return
      yield result.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (!ended) iterator.return?.().catch(() => undefined)
  }
}
