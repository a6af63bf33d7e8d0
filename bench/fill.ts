/** Fills a SQLite catalog by SQL, with copies of one small uploaded attachment, each with different bytes. */
import { hash } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'

export interface Filling {
  /** Data folder of a stopped server; it holds one attachment, on `record`. */
  readonly data: string
  readonly record: string
  readonly onRecord: number
  /** Number of further attachments, a thousand on each of further records. */
  readonly elsewhere: number
}

/** Returns the prefix of the attachments' ids; nine digits follow, starting at 0 with those on the record. */
export function fill({ data, record, onRecord, elsewhere }: Filling): string {
  const database = new Database(join(data, 'catalog.db'))
  database.pragma('journal_mode = OFF')
  database.pragma('synchronous = OFF')
  database.pragma('cache_size = -400000')
  database.pragma('foreign_keys = OFF')
  database.function('sha256', { deterministic: true }, (text) => hash('sha256', String(text), 'hex'))
  // Older than later uploads: the first ten digits of an id are seconds since 1970.
  const prefix = String(Math.floor(Date.now() / 1000) - 86_400)
  const range = (count: number) =>
    `with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < ${String(count)})`
  const copy = (table: string, where: string, changes: Record<string, string>, numbers: string, order = '') => {
    const names = (database.pragma(`table_info("${table}")`) as { name: string }[]).map(({ name }) => name)
    const values = names.map((name) => changes[name] ?? `t."${name}"`)
    const list = names.map((name) => `"${name}"`).join(', ')
    database.exec(
      `insert into "${table}" (${list}) ${numbers} select ${values.join(', ')} from "${table}" t, n where ${where} ${order}`,
    )
  }
  const owner = `(case when i < ${String(onRecord)} then '${record}' else '9${prefix}' || printf('%08d', (i - ${String(onRecord)}) / 1000) end)`
  const key = `substr(sha256('key' || i), 1, 32)`
  const all = range(onRecord + elsewhere)
  const one = `from attachment where record = '${record}' order by id desc limit 1`
  const { blob, id } = database.prepare(`select blob, id ${one}`).get() as { blob: string; id: string }
  if (elsewhere > 0)
    copy(
      'record',
      `t.id = '${record}'`,
      { id: `'9${prefix}' || printf('%08d', i)` },
      range(Math.ceil(elsewhere / 1000)),
    )
  copy('blob', `t.key = '${blob}'`, { key, hash: 'sha256(i)', size: 'length(i)', holders: '1' }, all, `order by ${key}`)
  copy('blob_bytes', `t.key = '${blob}'`, { key, bytes: 'cast(i as blob)' }, all, `order by ${key}`)
  const own = { id: `'${prefix}' || printf('%09d', i)`, record: owner, blob: key, hash: 'sha256(i)', size: 'length(i)' }
  copy('attachment', `t.id = '${id}'`, own, all)
  database.pragma('journal_mode = WAL')
  database.close()
  return prefix
}
