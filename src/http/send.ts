import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
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
  const text = answer.json === undefined ? answer.text : JSON.stringify(answer.json)
  if (answer.json !== undefined) headers['content-type'] ??= 'application/json; charset=utf-8'
  if (text !== undefined) headers['content-length'] = String(Buffer.byteLength(text))
  response.writeHead(answer.status, headers)
  if (withoutBody || answer.stream === undefined) {
    answer.stream?.destroy()
    response.end(withoutBody ? undefined : text)
    return
  }
  // Once the head is out nothing can be said any more: an error cuts the connection, so that the short body is noticed.
  let sent = 0
  answer.stream.on('data', (chunk: Uint8Array) => {
    sent += chunk.byteLength
  })
  await pipeline(answer.stream, response, { end: false })
  // Ended in order, a body that is too short would keep its reader waiting until the connection is closed.
  if (sent !== Number(headers['content-length'] ?? sent)) throw new Error('a file has not the size that its row says')
  response.end()
}
