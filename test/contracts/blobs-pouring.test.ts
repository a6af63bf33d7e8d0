// A file that is poured goes through the same few buffers: what comes out must be the file all the same.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { openDiskBlobs } from '../../src/blobs/disk.ts'
import type { ByteRange } from '../../src/core/ports/contracts.ts'
import { newBlobKey } from '../../src/core/model/ids.ts'
import { isBufferReusing, type BufferReusingStream } from '../../src/core/ports/buffer-reusing-stream.ts'
import { never, pieces } from './blob-reading.ts'

const bytes = randomBytes(9_000_001)
const key = newBlobKey()
const folder = await mkdtemp(join(tmpdir(), 'dossier-pouring-'))
const store = await openDiskBlobs(folder)
await store.put(key, pieces(bytes), never)
test.after(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

async function opened(range?: ByteRange): Promise<BufferReusingStream> {
  const stream = await store.open(key, range)
  assert.ok(stream !== null && isBufferReusing(stream))
  return stream
}

/** Copies what it takes, late: what is written over before it says so would be seen. */
async function poured(range?: ByteRange): Promise<{ bytes: Buffer; memories: number }> {
  const chunks: Buffer[] = []
  const memories = new Set<ArrayBufferLike>()
  const stream = await opened(range)
  const closed = once(stream, 'close')
  await stream.drainTo(async (chunk) => {
    const index = chunks.push(Buffer.alloc(0)) - 1
    memories.add(chunk.buffer)
    for (let turns = index % 3; turns >= 0; turns--) await turn()
    chunks[index] = Buffer.from(chunk)
  })
  await closed
  return { bytes: Buffer.concat(chunks), memories: memories.size }
}

test('all of a file, and any range of it, is poured in order through a few buffers', async () => {
  const whole = await poured()
  assert.ok(whole.bytes.equals(bytes))
  assert.ok(whole.memories <= 3, `${String(whole.memories)} buffers for 9 pieces`)
  for (const [start, end] of [
    [0, 0],
    [262_143, 262_144],
    [1_048_575, 1_048_576],
    [1, 9_000_000],
    [8_999_999, 29_999_999],
    [15_000_000, 16_000_000],
  ] as const) {
    const part = await poured({ start, end })
    assert.ok(part.bytes.equals(bytes.subarray(start, end + 1)), `${String(start)} to ${String(end)}`)
  }
})

test('many at once, of which the first go in larger pieces, do not write over one another', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => poured()))
  for (const one of all) assert.ok(one.bytes.equals(bytes))
})

test('one whose taker fails rejects, and closes its file', async () => {
  const stream = await opened()
  const closed = once(stream, 'close')
  let taken = 0
  const pouring = stream.drainTo(async () => {
    if (++taken === 4) throw new Error('enough')
  })
  await assert.rejects(pouring, /enough/)
  await closed
  assert.ok(stream.destroyed && taken < 8, String(taken))
})
