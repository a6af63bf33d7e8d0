import type { BlobKey } from '../core/model/model.ts'

const KEY = /^[0-9a-f]{32}$/

/** Keys become paths: nothing but 32 hex characters ever gets near one. */
export function mustKey(key: BlobKey): BlobKey {
  if (!KEY.test(key)) throw new Error(`Not a blob key: ${JSON.stringify(key)}`)
  return key
}

export function isKey(text: string): text is BlobKey {
  return KEY.test(text)
}

/** What a second put of a key fails with, on every store. */
export function keyTaken(key: BlobKey, cause?: unknown): Error {
  return Object.assign(new Error(`Blob ${key} is already there; keys are written once`, { cause }), { code: 'EEXIST' })
}
