import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isPouring, type Pouring } from '../core/ports/pouring.ts'
import type { Answer } from './contracts.ts'

/** Writes an answer. Resolves when it is handed to the socket; a client that went away is no error. */
export async function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  extra: Readonly<Record<string, string>>,
  withoutBody: boolean,
): Promise<void> {
  if (response.destroyed || response.headersSent) {
    answer.stream?.destroy()
    return
  }
  // No browser is to find a page in what repeats a name that somebody chose.
  const headers: Record<string, string> = { 'x-content-type-options': 'nosniff', ...extra, ...answer.headers }
  const body = answer.json === undefined ? (answer.bytes ?? answer.text) : JSON.stringify(answer.json)
  if (answer.json !== undefined) headers['content-type'] ??= 'application/json; charset=utf-8'
  if (body !== undefined) headers['content-length'] ??= String(Buffer.byteLength(body))
  response.writeHead(answer.status, headers)
  if (withoutBody || answer.stream === undefined) {
    answer.stream?.destroy()
    if (body instanceof Uint8Array) mustBe(body.byteLength, headers)
    response.end(withoutBody ? undefined : body)
    return
  }
  mustBe(await sendStream(response, answer.stream), headers)
  response.end()
}

/** Once the head is out nothing can be said any more: an error cuts the connection, so that the short body is noticed. */
function mustBe(sent: number, headers: Readonly<Record<string, string>>): void {
  // Ended in order, a body that is too short would keep its reader waiting until the connection is closed.
  if (sent !== Number(headers['content-length'] ?? sent)) throw new Error('a file has not the size that its row says')
}

/** Resolves to how many bytes there were. */
async function sendStream(response: ServerResponse, stream: Readable): Promise<number> {
  if (isPouring(stream)) return pourInto(response, stream)
  let sent = 0
  stream.on('data', (chunk: Uint8Array) => {
    sent += chunk.byteLength
  })
  await pipeline(stream, response, { end: false })
  return sent
}

async function pourInto(response: ServerResponse, stream: Pouring): Promise<number> {
  let sent = 0
  const waiting = new Set<(error: Error) => void>()
  // Not every write that is still waiting is told when its connection is closed.
  const onClose = () => {
    for (const reject of waiting) reject(new Error('the client went away'))
  }
  response.once('close', onClose)
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      if (response.destroyed) throw new Error('the client went away')
      sent += bytes.byteLength
      waiting.add(reject)
      response.write(bytes, (error) => {
        waiting.delete(reject)
        if (error) reject(error)
        else resolve()
      })
    })
  try {
    await stream.pour(write)
    return sent
  } finally {
    response.off('close', onClose)
  }
}
