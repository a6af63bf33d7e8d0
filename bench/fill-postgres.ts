/** Fills a catalog in PostgreSQL by SQL, with copies of one small uploaded attachment, each with different bytes. */
import type { Client } from 'pg'

export interface Source {
  /** The record, which holds one attachment. */
  readonly record: string
  /** Prefix of the copies' ids; nine digits follow. */
  readonly prefix: string
  /** Number of copies on the record; the rest go to further records, a thousand on each. */
  readonly onRecord: number
}

const BATCH = 100_000

/** Inserts the copies numbered `from` to `to` (exclusive), row by row, so that indexes grow as in production. */
export async function fillPostgres(client: Client, source: Source, from: number, to: number): Promise<void> {
  const { record, prefix, onRecord } = source
  // Disables foreign key triggers, for this connection only.
  await client.query('set session_replication_role = replica; set synchronous_commit = off')
  const owner = `(case when i < ${String(onRecord)} then '${record}' else '9${prefix}' || lpad((i / 1000)::text, 8, '0') end)`
  const key = `substr(encode(sha256(('key' || i)::bytea), 'hex'), 1, 32)`
  const hash = `encode(sha256(i::text::bytea), 'hex')`
  const size = `length(i::text)`
  const id = `'${prefix}' || lpad(i::text, 9, '0')`
  for (let begin = from; begin < to; begin += BATCH) {
    const end = Math.min(begin + BATCH, to)
    const copy = async (table: string, one: string, changes: Record<string, string>, step = 1) => {
      const names = await columnsOf(client, table)
      const values = names.map((name) => changes[name] ?? `t."${name}"`)
      await client.query(
        `insert into "${table}" (${names.map((name) => `"${name}"`).join()}) select ${values.join()} from "${table}" t, generate_series(${String(begin)}, ${String(end - 1)}, ${String(step)}) i where ${one}`,
      )
    }
    const first = `(select blob from attachment where record = '${record}' order by id desc limit 1)`
    if (end > onRecord)
      await copy('record', `t.id = '${record}'`, { id: `'9${prefix}' || lpad((i / 1000)::text, 8, '0')` }, 1000)
    await copy('blob', `t.key = ${first}`, { key, hash, size, holders: '1' })
    await copy('blob_bytes', `t.key = ${first}`, { key, bytes: 'i::text::bytea' })
    const latest = `(select max(id) from attachment where record = '${record}')`
    await copy('attachment', `t.id = ${latest}`, { id, record: owner, blob: key, hash, size })
  }
  await client.query('analyze')
}

async function columnsOf(client: Client, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'select column_name as name from information_schema.columns where table_schema = current_schema() and table_name = $1 order by ordinal_position',
    [table],
  )
  return rows.map(({ name }) => name)
}
