import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isBufferReusing, type BufferReusingStream } from '../core/ports/buffer-reusing-stream.ts'
import type { Answer } from './contracts.ts'

/** Writes a response. Resolves when it was passed to the socket; does nothing if the client has disconnected. */
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
  // Prevents MIME sniffing of bodies that contain names chosen by clients.
  const headers: Record<string, string> = { 'x-content-type-options': 'nosniff', ...extra, ...answer.headers }
  const body = answer.json === undefined ? (answer.bytes ?? answer.text) : JSON.stringify(answer.json)
  if (answer.json !== undefined) headers['content-type'] ??= 'application/json; charset=utf-8'
  if (body !== undefined) headers['content-length'] ??= String(Buffer.byteLength(body))
  response.writeHead(answer.status, headers)
  if (withoutBody || answer.stream === undefined) {
    answer.stream?.destroy()
    if (body instanceof Uint8Array) mustHaveSent(body.byteLength, headers)
    response.end(withoutBody ? undefined : body)
    return
  }
  mustHaveSent(await sendStream(response, answer.stream), headers)
  response.end()
}

/** After the head no error can be reported: throwing closes the connection, so that the client notices the short body. */
function mustHaveSent(sent: number, headers: Readonly<Record<string, string>>): void {
  // A short body that ends normally would keep the client waiting until the connection is closed.
  if (sent !== Number(headers['content-length'] ?? sent)) throw new Error('a file has not the size that its row says')
}

/** Resolves to the number of bytes sent. */
async function sendStream(response: ServerResponse, stream: Readable): Promise<number> {
  if (isBufferReusing(stream)) return pourInto(response, stream)
  let sent = 0
  stream.on('data', (chunk: Uint8Array) => {
    sent += chunk.byteLength
  })
  await pipeline(stream, response, { end: false })
  return sent
}

async function pourInto(response: ServerResponse, stream: BufferReusingStream): Promise<number> {
  let sent = 0
  const waiting = new Set<(error: Error) => void>()
  // Node does not call back every pending write when the connection is closed.
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
    await stream.drainTo(write)
    return sent
  } finally {
    response.off('close', onClose)
  }
}
