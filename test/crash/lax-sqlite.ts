// Preloaded into a server by needed-flushes.test.ts: SQLite flushes less than the product asks of it.
import Database from 'better-sqlite3'

const instead = process.env['CRASH_SYNCHRONOUS']
const { prototype } = Database as unknown as { prototype: Pick<Database.Database, 'pragma'> }
const asked = Object.getOwnPropertyDescriptor(prototype, 'pragma')?.value as Database.Database['pragma']

prototype.pragma = function (this: Database.Database, source, options) {
  const given = instead === undefined ? source : source.replace(/^synchronous = FULL$/, `synchronous = ${instead}`)
  return asked.call(this, given, options)
}
