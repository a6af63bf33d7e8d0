// Against another parser, and against chance.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { Busboy } from '@fastify/busboy'
import type { BusboyHeaders } from '@fastify/busboy'
import { Fault } from '../../../src/core/model/fault.ts'
import { boundaryOf } from '../../../src/http/multipart/boundary.ts'
import { processorTimeOf } from '../../support/processor-time.ts'
import { randomForm } from './random-form.ts'
import { chunked, readAll } from './reading.ts'
import { chanceOf, scattered, seeds } from './seeded.ts'
import type { Chance } from './seeded.ts'

interface Seen {
  readonly name: string
  readonly filename: string | null
  readonly type: string | null
  readonly encoding: string
  readonly content: string
}

/** The parts as @fastify/busboy reads them. */
async function busboyReads(contentType: string, body: Buffer): Promise<Seen[]> {
  const limits = { fieldNameSize: 1e6, fieldSize: 1e6 }
  const headers: BusboyHeaders = { 'content-type': contentType }
  const busboy = new Busboy({ headers, limits, isPartAFile: (_name, _type, filename) => filename !== undefined })
  const seen: Seen[] = []
  busboy.on('field', (name, value, _a, _b, encoding) => {
    seen.push({ name, filename: null, type: null, encoding, content: Buffer.from(value).toString('latin1') })
  })
  busboy.on('file', (name, stream, filename, encoding, type) => {
    const chunks: Buffer[] = []
    const at = seen.length
    seen.push({ name, filename: filename ?? null, type, encoding, content: '' })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      seen[at] = { name, filename: filename ?? null, type, encoding, content: Buffer.concat(chunks).toString('latin1') }
    })
  })
  await new Promise((resolve, reject) => busboy.on('finish', resolve).on('error', reject).end(body))
  return seen
}

async function weRead(contentType: string, body: Buffer, chance: Chance): Promise<Seen[]> {
  const parts = await readAll(chunked(...scattered(body, chance)), { boundary: boundaryOf(contentType) })
  return parts.map(({ name, filename, type, encoding, content, isFile }) => {
    // Busboy makes a string of a text; the same is made of ours.
    const text = Buffer.from(Buffer.from(content, 'latin1').toString('utf8')).toString('latin1')
    return { name, filename, type, encoding, content: isFile ? content : text }
  })
}

/** Names the seed only: a diff of random bytes helps nobody and takes minutes. */
function same(actual: unknown, expected: unknown, seed: number): void {
  assert.ok(isDeepStrictEqual(actual, expected), `seed ${seed}`)
}

test('the same parts as @fastify/busboy', async () => {
  for (const seed of seeds(300)) {
    const chance = chanceOf(seed)
    const { contentType, body } = randomForm(chance)
    const theirs = await busboyReads(contentType, body)
    same(await weRead(contentType, body, chance), theirs, seed)
  }
})

describe('spoilt forms', () => {
  const TRAPS = ['\r\n', '\n', '\r', '"', ';', '\\', '=', ':', '--', '\0', 'é', ' ', 'filename*=', '%']

  function spoil(body: Buffer, boundary: string, chance: Chance): Buffer {
    let spoilt = body
    for (let count = 1 + chance.below(4); count > 0; count--) {
      const at = chance.below(spoilt.length)
      const trap = Buffer.from(chance.pick([...TRAPS, `\r\n--${boundary}`]))
      const until = at + chance.pick([0, 1, 1, 10, spoilt.length])
      spoilt = Buffer.concat([spoilt.subarray(0, at), chance.below(4) ? trap : chance.bytes(2), spoilt.subarray(until)])
    }
    return spoilt
  }

  test('end in parts or in a Fault, the same however they arrive, and soon', async () => {
    for (const seed of seeds(500)) {
      const chance = chanceOf(seed)
      const form = randomForm(chance)
      const body = spoil(form.body, form.boundary, chance)
      const outcome = async (source: AsyncIterable<Uint8Array>) => {
        let ending: unknown
        const took = await processorTimeOf(async () => {
          ending = await readAll(source, { boundary: form.boundary }).catch((error: unknown) => error)
        })
        assert.ok(took < 2_000, `seed ${seed}: slow`)
        if (!(ending instanceof Error)) return ending
        assert.ok(ending instanceof Fault, `seed ${seed}: ${ending.stack}`)
        return `${ending.reason}: ${ending.message}`
      }
      const whole = await outcome(chunked(body))
      same(await outcome(chunked(...scattered(body, chance))), whole, seed)
    }
  })
})
