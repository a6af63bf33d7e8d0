// Forms over a real socket.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import type { Fault } from '../../../src/core/model/fault.ts'
import { BOUNDARY, faultOf, formOf, readAll } from './reading.ts'

const head = 'Content-Disposition: form-data; name="f"; filename="f"'
const beginning = Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\nbeginning`)

/** Answers one server for the time of the work. */
async function serving(listener: RequestListener, work: (port: number) => Promise<void>): Promise<void> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await work((server.address() as AddressInfo).port)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

describe('over a socket', () => {
  test('a client that goes away is a Fault, and nothing hangs', async () => {
    const ended = Promise.withResolvers<Fault>()
    const listener = (incoming: IncomingMessage) => void faultOf(readAll(incoming)).then(ended.resolve, ended.reject)
    await serving(listener, async (port) => {
      const outgoing = request({ port, method: 'POST' }).on('error', () => undefined)
      outgoing.write(beginning)
      setTimeout(() => outgoing.destroy(), 20)
      assert.equal((await ended.promise).code, 'aborted')
    })
  })

  test('a refusal in mid-form can be answered: the rest is drained by the door', async () => {
    const listener: RequestListener = (incoming, answer) => {
      void faultOf(readAll(incoming, { maxParts: 1 })).then((fault) => {
        answer.end(fault.reason)
        incoming.resume()
      })
    }
    const part = `\r\n--${BOUNDARY}\r\n${head}\r\n\r\n${'x'.repeat(300_000)}`
    await serving(listener, async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: part.repeat(20) })
      assert.equal(await response.text(), 'parts')
    })
  })

  test('a large form arrives whole, by length and chunked', async () => {
    const listener: RequestListener = (incoming, answer) => {
      void readAll(incoming).then((parts) => answer.end(String(parts[0]?.content.length)))
    }
    const body = formOf(head, 'x'.repeat(3_000_000))
    await serving(listener, async (port) => {
      for (const sent of [body, new ReadableStream({ start: (c) => (c.enqueue(body), c.close()) })]) {
        const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: sent, duplex: 'half' })
        assert.equal(await response.text(), '3000000')
      }
    })
  })
})
