import { migrations } from '../migrations/list.ts'
import { sqliteBuilder, type SqliteConnection } from './connection.ts'

/** A newer Dossier has been at this data folder. */
export class CatalogTooNew extends Error {
  override readonly name = 'CatalogTooNew'

  constructor(file: string, found: number, known: number) {
    super(
      `The catalog ${file} was written by a newer Dossier (its schema is version ${found}, this one knows up to ${known}); start that Dossier or a later one on it.`,
    )
  }
}

/** Nobody brought this catalog up to this Dossier's schema yet, and the caller must not. */
export class CatalogTooOld extends Error {
  override readonly name = 'CatalogTooOld'

  constructor(file: string) {
    super(`The catalog ${file} was written by an older Dossier; dossier serve brings it up to date.`)
  }
}

/** Throws `CatalogTooNew` or `CatalogTooOld` unless the schema is this Dossier's own. */
export function mustKnow({ database }: SqliteConnection): void {
  const found = versionOf(database.prepare('select max(version) as version from migration').get())
  if (found > migrations.length) throw new CatalogTooNew(database.name, found, migrations.length)
  if (found < migrations.length) throw new CatalogTooOld(database.name)
}

/** Brings the schema up to what this Dossier knows, in one transaction: after a failure all is as it was before. */
export function migrate({ database }: SqliteConnection, at: number): void {
  const known = migrations.length
  const upgrade = database.transaction(() => {
    database.exec(
      'create table if not exists migration (version integer primary key, name text not null, applied_at bigint not null)',
    )
    const found = versionOf(database.prepare('select max(version) as version from migration').get())
    if (found > known) throw new CatalogTooNew(database.name, found, known)
    const record = database.prepare('insert into migration (version, name, applied_at) values (?, ?, ?)')
    for (const migration of migrations.slice(found)) {
      for (const statement of migration.statements(sqliteBuilder.schema, { bytes: 'blob' })) {
        database.exec(statement.compile().sql)
      }
      record.run(migration.version, migration.name, at)
    }
  })
  upgrade.immediate()
}

function versionOf(row: unknown): number {
  return typeof row === 'object' && row !== null && 'version' in row && typeof row.version === 'number'
    ? row.version
    : 0
}
