/** Whether rows and bytes are one to one, in a data folder or in PostgreSQL and S3. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import Database from 'better-sqlite3'
import type { Stores } from '../../engines/both.ts'

/** Looked at while others work. */
export type Look = () => Comparison | Promise<Comparison>

export interface Comparison {
  readonly withoutRow: readonly string[]
  readonly withoutBytes: readonly string[]
  /** Rows of bytes that wait to be removed. */
  readonly claimed: number
  /** Half written. */
  readonly temporary: readonly string[]
}

/** After the sweep the store holds exactly what rows name, and nothing half written; `patience` in tenths of a second. */
export async function mustBeTidy(look: Look, patience = 200): Promise<void> {
  let seen = await look()
  for (let tries = 0; tries < patience && !isTidy(seen); tries++) {
    await sleep(100)
    seen = await look()
  }
  assert.deepEqual(seen, { withoutRow: [], withoutBytes: [], claimed: 0, temporary: [] })
}

function isTidy({ withoutRow, withoutBytes, claimed, temporary }: Comparison): boolean {
  return withoutRow.length + withoutBytes.length + claimed + temporary.length === 0
}

export function inFolder(folder: string): Look {
  return () => {
    const { rows, claimed } = rowsIn(folder)
    return compared(rows, filesIn(folder), claimed, readdirSync(join(folder, 'blobs', 'incoming')))
  }
}

export function inStores(stores: Stores): Look {
  const { s3, bucket, prefix } = stores
  return async () => {
    const rows = await stores.sql<{ key: string; size: string; waits: boolean }>(
      "select key, size, claimed_at is not null as waits from blob where place = 'store' or claimed_at is not null",
    )
    const kept = rows.filter(({ waits }) => !waits).map(({ key, size }) => [key, Number(size)] as const)
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }))
    const begun = Uploads.map(({ Key = '' }) => Key)
    return compared(new Map(kept), await stores.objects(), rows.length - kept.length, begun)
  }
}

function compared(
  rows: ReadonlyMap<string, number>,
  files: ReadonlyMap<string, number>,
  claimed: number,
  temporary: readonly string[],
): Comparison {
  return {
    withoutRow: [...files.keys()].filter((key) => !rows.has(key)),
    withoutBytes: [...rows].filter(([key, size]) => files.get(key) !== size).map(([key]) => key),
    ...{ claimed, temporary },
  }
}

/** The keys that must lie in the store, with their sizes, and how many wait to be removed. */
function rowsIn(folder: string): { rows: ReadonlyMap<string, number>; claimed: number } {
  const database = new Database(join(folder, 'catalog.db'), { readonly: true })
  try {
    const kept = database.prepare("select key, size from blob where place = 'store' and claimed_at is null").all()
    const claimed = database.prepare('select count(*) as count from blob where claimed_at is not null').get()
    return {
      rows: new Map((kept as { key: string; size: number }[]).map(({ key, size }) => [key, size])),
      claimed: (claimed as { count: number }).count,
    }
  } finally {
    database.close()
  }
}

function filesIn(folder: string): ReadonlyMap<string, number> {
  const files = new Map<string, number>()
  for (const prefix of readdirSync(join(folder, 'blobs'))) {
    if (prefix === 'incoming') continue
    for (const name of readdirSync(join(folder, 'blobs', prefix))) {
      const path = join(folder, 'blobs', prefix, name)
      if (existsSync(path)) files.set(name, statSync(path).size)
    }
  }
  return files
}
