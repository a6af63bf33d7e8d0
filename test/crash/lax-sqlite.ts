// Preloaded into a server by needed-flushes.test.ts, on every thread: less is flushed than the product asks.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import Database from 'better-sqlite3'

const instead = process.env['CRASH_SYNCHRONOUS']
const { prototype } = Database as unknown as { prototype: Pick<Database.Database, 'pragma'> }
const asked = Object.getOwnPropertyDescriptor(prototype, 'pragma')?.value as Database.Database['pragma']

prototype.pragma = function (this: Database.Database, source, options) {
  const given =
    instead === undefined ? source : source.replace(/^synchronous = (FULL|NORMAL)$/, `synchronous = ${instead}`)
  return asked.call(this, given, options)
}

// Only the catalog's log is flushed by this call; files are by others.
if (process.env['CRASH_LOG_FLUSH'] === 'none') {
  fs.fdatasyncSync = () => undefined
  syncBuiltinESMExports()
}
