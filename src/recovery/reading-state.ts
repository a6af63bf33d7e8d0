/**
 * Progress of a check that reads all bytes, saved in the data folder, so that a killed check can be resumed. If catalog
 * and bytes are stored elsewhere, the folder may hold nothing else.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../catalog/sqlite/folder-mark.ts'
import type { BlobKey } from '../core/model/model.ts'
import type { Reading, ReadingState } from '../core/integrity/content-check.ts'

const FILE = 'doctor.json'
const SAVE_INTERVAL_MS = 1_000
/** Saved progress older than this is discarded. */
const MAX_AGE_MS = 7 * 86_400_000
const KEY = /^[0-9a-f]{32}$/

const INITIAL_STATE: ReadingState = { after: null, wrong: [], read: { blobs: 0, bytes: 0, before: 0 } }

/** The stores being read; progress saved for other stores is ignored. */
export interface StoreLocations {
  readonly catalog: string
  readonly bytes: string
}

type SavedState = ReadingState & { readonly beganAt: number; readonly of: StoreLocations }

/** `end` must be called after the last byte: the next check then starts from the beginning. */
export function createReading(folder: string, of: StoreLocations, bytesPerSecond: number): Reading & { end(): void } {
  const path = join(folder, FILE)
  const saved = readSaved(path, of)
  const beganAt = saved?.beganAt ?? Date.now()
  let writtenAt = Date.now()
  return {
    bytesPerSecond,
    from: saved ?? INITIAL_STATE,
    reached(state) {
      if (Date.now() - writtenAt < SAVE_INTERVAL_MS) return
      writtenAt = Date.now()
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeWhole(path, { beganAt, of, ...state })
    },
    end: () => rmSync(path, { force: true }),
  }
}

function readSaved(path: string, { catalog, bytes }: StoreLocations): SavedState | null {
  try {
    const kept: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (!isState(kept) || kept.of.catalog !== catalog || kept.of.bytes !== bytes) return null
    return kept.beganAt > Date.now() - MAX_AGE_MS ? kept : null
  } catch {
    // Missing or unreadable: starting from the beginning is always correct.
    return null
  }
}

function isState(kept: unknown): kept is SavedState {
  if (typeof kept !== 'object' || kept === null) return false
  const { after, wrong, read, beganAt, of } = kept as Partial<Record<string, unknown>>
  const counts: unknown[] = typeof read === 'object' && read !== null ? Object.values(read) : []
  return (
    typeof of === 'object' &&
    of !== null &&
    isKey(after) &&
    Array.isArray(wrong) &&
    wrong.every(isKey) &&
    counts.length === 3 &&
    [...counts, beganAt].every((count) => typeof count === 'number')
  )
}

function isKey(value: unknown): value is BlobKey {
  return typeof value === 'string' && KEY.test(value)
}
