/** The connection to the store breaks at each request of an upload, before it is heard or in place of its answer. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test, type TestContext } from 'node:test'
import { openS3Blobs, type S3Options } from '../../src/blobs/s3.ts'
import { newBlobKey } from '../../src/core/model/ids.ts'
import { startRelay } from '../../engines/relay.ts'
import { never, oddly, read } from './blob-reading.ts'

/** How many requests an upload of so many bytes makes: is it there, PUT; or begin, two parts, complete, how large. */
const UPLOADS = [
  { size: 300_000, requests: 2 },
  { size: 9_000_000, requests: 6 },
]

export function testCuts(endpoint: () => string, options: (prefix: string) => Promise<S3Options>): void {
  async function throughRelay(t: TestContext) {
    const relay = await startRelay(Number(new URL(endpoint()).port))
    const at = await options('cut/')
    const store = openS3Blobs({ ...at, endpoint: `http://127.0.0.1:${String(relay.port)}` })
    t.after(async () => {
      await store.close()
      await relay.close()
    })
    return { relay, store }
  }

  for (const { size, requests } of UPLOADS)
    describe(`the connection breaks during an upload of ${String(size)} bytes`, () => {
      const bytes = randomBytes(size)

      for (let at = 1; at <= requests; at++) {
        test(`from request ${String(at)} on: the store is told to be away`, async (t) => {
          const { relay, store } = await throughRelay(t)
          let seen = 0
          relay.cut(() => (++seen >= at ? 'request' : null))
          await assert.rejects(store.put(newBlobKey(), oddly(bytes), never), { code: 'BLOBS_UNREACHABLE' })
          assert.ok(seen > at, 'it was tried again')
        })

        test(`in place of answer ${String(at)}, once: it is asked again, and kept`, async (t) => {
          const { relay, store } = await throughRelay(t)
          const key = newBlobKey()
          let seen = 0
          relay.cut(() => (++seen === at ? 'answer' : null))
          await store.put(key, oddly(bytes), never)
          assert.equal(seen, requests + 1)
          assert.ok(bytes.equals((await read(store, key)) ?? Buffer.alloc(0)))
        })
      }
    })
}
