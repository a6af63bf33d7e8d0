/** Which stores a move copies, and the checks on both ends. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../blobs/new-folder.ts'
import { NoCatalog } from '../catalog/sqlite/inspection.ts'
import { isEmpty, mustBeServable } from '../catalog/sqlite/folder-mark.ts'
import type { MovingEnd } from '../catalog/moving/end.ts'
import { openPostgresEnd } from '../catalog/moving/postgres-end.ts'
import { openSqliteEnd } from '../catalog/moving/sqlite-end.ts'
import type { Config } from '../config/config.ts'
import { storeLocationsOf } from '../server/stores.ts'
import { mustNotNest } from './backup.ts'

export interface Plan {
  readonly movesCatalog: boolean
  readonly movesFiles: boolean
  /** Human-readable description of the target; also identifies a move that is resumed. */
  readonly target: string
}

/** Throws `NothingToMove`, and if one folder contains the other. */
export function planOf(from: Config, to: Config): Plan {
  const movesCatalog = catalogOf(from) !== catalogOf(to)
  const [old, target] = [storeLocationsOf(from), storeLocationsOf(to)]
  const movesFiles = old.bytes !== target.bytes
  if (!movesCatalog && !movesFiles) throw new NothingToMove(describeStores(old))
  if (from.data !== to.data) mustNotNest(from.data, to.data)
  return { movesCatalog, movesFiles, target: describeStores(target) }
}

function catalogOf({ databaseUrl, data }: Config): string {
  return databaseUrl ?? data
}

function describeStores({ catalog, bytes }: ReturnType<typeof storeLocationsOf>): string {
  return `catalog in ${catalog}, files in ${bytes}`
}

/** Throws `NoCatalog`, `NotServable`, and the errors of opening the catalog. */
export async function openOld({ data, databaseUrl }: Config): Promise<MovingEnd> {
  if (databaseUrl !== null) return openPostgresEnd(databaseUrl)
  if (!existsSync(join(data, 'catalog.db'))) throw new NoCatalog(data)
  mustBeServable(data)
  return openSqliteEnd(data)
}

/** Throws `DestinationNotEmpty` if the folder holds anything but a catalog. */
export async function openNew({ data, databaseUrl }: Config): Promise<MovingEnd> {
  if (databaseUrl !== null) return openPostgresEnd(databaseUrl)
  await makeFolder(data)
  mustBeServable(data)
  if (!existsSync(join(data, 'catalog.db')) && !isEmpty(data)) throw new DestinationNotEmpty(`The folder ${data}`)
  return openSqliteEnd(data)
}

export class NothingToMove extends Error {
  override readonly name = 'NothingToMove'

  constructor(name: string) {
    super(
      `Both ends of the move are the same (${name}); name a new place with --to-data, --to-database-url or --to-blobs-url.`,
    )
  }
}

/** Moved data is never mixed with existing data. */
export class DestinationNotEmpty extends Error {
  override readonly name = 'DestinationNotEmpty'

  constructor(what: string) {
    super(`${what} is not empty, and was not begun by a move from here; name an empty one, or empty it first.`)
  }
}
