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
  const abort = Promise.withResolvers<never>()
  // The put may be over before anybody waits for this promise again.
  abort.promise.catch(() => undefined)
  const onAbort = () => abort.reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort)
  let ended = false
  try {
    for (;;) {
      const result = await Promise.race([iterator.next(), abort.promise])
      ended = result.done === true
      if (result.done) return
      yield result.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (!ended) iterator.return?.().catch(() => undefined)
  }
}
