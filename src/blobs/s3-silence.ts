/** A body that stops coming: nobody else notices, for a network that stalls closes nothing. */
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { BlobsUnreachable } from './s3-reaching.ts'

/** Breaks it off when nothing came for so long that was waited for. One that waits for its own reader is let be. */
export function breakingSilence(body: Readable & { readonly socket?: Socket }, silenceMs: number): Readable {
  const { socket } = body
  let seen = -1
  const timer = setInterval(() => {
    const read = socket?.bytesRead ?? -1
    const isWaitedFor = body.readableLength === 0 && !body.readableEnded
    if (isWaitedFor && read === seen) body.destroy(new BlobsUnreachable(new Error('the object store fell silent')))
    seen = isWaitedFor ? read : -1
  }, silenceMs)
  timer.unref()
  return body.once('close', () => {
    clearInterval(timer)
  })
}
