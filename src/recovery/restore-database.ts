/** Restores a backup's rows into PostgreSQL, under the same mark as a move: no node serves an incomplete restore. */
import { randomUUID } from 'node:crypto'
import { copyRows, type Report } from '../catalog/sqlite/copy.ts'
import { countAll, mustCountSame, mustHoldAll } from '../catalog/moving/comparison.ts'
import type { Run } from '../catalog/moving/end.ts'
import { forgetMove, mark, setMark } from '../catalog/moving/marks.ts'
import { openPostgresEnd } from '../catalog/moving/postgres-end.ts'
import { openSqlite } from '../catalog/sqlite/connection.ts'
import { NotEmpty } from './not-empty.ts'

export interface Backup {
  readonly from: string
  readonly takenAt: string | null
}

export interface DatabaseTarget {
  /** An earlier attempt at the same restore was interrupted. */
  readonly isGoingOn: boolean
  begin(): Promise<void>
  /** Copies the rows of the catalog in this file; every row is compared afterwards. */
  fill(file: string, report: Report): Promise<void>
  close(): Promise<void>
}

/** Errors: NotEmpty, AnotherRestore, MoveUnderWay, CatalogTooNew, CatalogUnreachable. */
export async function openDatabaseTarget(url: string, { from, takenAt }: Backup): Promise<DatabaseTarget> {
  const end = await openPostgresEnd(url)
  const target = `restore of the backup of ${takenAt ?? 'an unknown time'} in ${from}`
  try {
    const found = await end.read(mark())
    const isGoingOn = found?.role === 'new' && found.target === target
    if (!isGoingOn && found?.role === 'new') throw new AnotherRestore(end.name, found.target)
    if (!isGoingOn && (found !== null || (await countAll(end)) > 0)) throw new NotEmpty(end.name, 'database')
    return {
      isGoingOn,
      async begin() {
        const row = { store: null, place: null, fenced_until: null, ended_at: null, began_at: Date.now() }
        if (!isGoingOn)
          await end.write((write) =>
            write(setMark({ ...row, id: randomUUID(), role: 'new', state: 'copying', target })),
          )
      },
      async fill(file, report) {
        const source = openSqlite(file, 'read')
        const read: Run = async (op) => source.run(op)
        try {
          await copyRows(read, (op) => end.write((write) => write(op)), report)
          await mustHoldAll(read, end, () => undefined)
          await mustCountSame({ read }, end)
          await end.write((write) => write(forgetMove()))
        } finally {
          source.close()
        }
      },
      close: () => end.close(),
    }
  } catch (error) {
    await end.close()
    throw error
  }
}

/** The database holds part of another restore or move. */
export class AnotherRestore extends Error {
  override readonly name = 'AnotherRestore'

  constructor(name: string, target: string) {
    super(`${name} holds a part of something else (${target}); go on with that, or name an empty database.`)
  }
}
