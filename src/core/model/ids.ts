import { hash, randomBytes, randomInt } from 'node:crypto'
import type { BlobKey, DocumentId } from './model.ts'

const MILLISECOND = 1_000_000
const DIGITS = 19
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 10^19 < 62^11, so eleven characters hold any id; the other nine are a checksum. */
const BODY_LENGTH = 11
const CHECK_LENGTH = 9

/**
 * Creates ids of 13 digits of milliseconds and 6 that start at random in each millisecond and count up.
 * Ids of one source are unique and strictly increasing, even if the clock is set back.
 */
export function createIdSource(now: () => number = Date.now): () => string {
  let millisecond = 0
  let count = 0
  return () => {
    const clock = now()
    if (clock > millisecond) {
      millisecond = clock
      count = randomInt(MILLISECOND / 2)
    } else if (++count === MILLISECOND) {
      millisecond++
      count = 0
    }
    return String(millisecond).padStart(DIGITS - 6, '0') + String(count).padStart(6, '0')
  }
}

/** The 20-character form of an id, of letters and digits: deterministic and not secret. */
export function publicIdOf(id: string): string {
  return checkOf(id) + base62(BigInt(id), BODY_LENGTH)
}

/** The id of a 20-character form, or null if the text is no such form. */
export function idOfPublicId(text: string): string | null {
  if (!/^[0-9A-Za-z]{20}$/.test(text)) return null
  let value = 0n
  for (const character of text.slice(CHECK_LENGTH)) value = value * 62n + BigInt(BASE62.indexOf(character))
  const id = value.toString().padStart(DIGITS, '0')
  return id.length === DIGITS && checkOf(id) === text.slice(0, CHECK_LENGTH) ? id : null
}

/** Whether a text has the format of an id (19 digits). */
export function isId(text: string): boolean {
  return /^[0-9]{19}$/.test(text)
}

/** When an id was created, in milliseconds since 1970. */
export function madeAt(id: string): number {
  return Number(id.slice(0, DIGITS - 6))
}

export function newBlobKey(): BlobKey {
  return randomHex(16) as BlobKey
}

/** For bytes stored in the catalog: begins with 12 hex digits of milliseconds, so that indexes grow at their end. */
export function newCatalogKey(now = Date.now()): BlobKey {
  return (now.toString(16).padStart(12, '0') + randomHex(10)) as BlobKey
}

function randomHex(bytes: number): string {
  if (pool.at + bytes > pool.bytes.length) Object.assign(pool, { bytes: randomBytes(POOL_BYTES), at: 0 })
  const text = pool.bytes.toString('hex', pool.at, pool.at + bytes)
  pool.at += bytes
  return text
}

const POOL_BYTES = 4_096
/** Unused random bytes: a system call for each key would cost more than the rest of its creation. */
const pool = { bytes: Buffer.alloc(0), at: 0 }

/** 62^20 possibilities: about 119 bits, unguessable. */
export function newDocumentId(): DocumentId {
  let text = ''
  while (text.length < 20) {
    // 248 is the largest multiple of 62 in a byte: higher values would make some characters more likely.
    for (const byte of randomBytes(24)) if (byte < 248 && text.length < 20) text += BASE62[byte % 62]
  }
  return text as DocumentId
}

function checkOf(id: string): string {
  const digest = hash('sha256', `dossier face ${id}`, 'hex')
  return base62(BigInt(`0x${digest.slice(0, 24)}`), CHECK_LENGTH)
}

function base62(value: bigint, width: number): string {
  let text = ''
  for (let i = 0; i < width; i++) {
    text = BASE62.charAt(Number(value % 62n)) + text
    value /= 62n
  }
  return text
}
