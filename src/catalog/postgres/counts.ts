/** What nodes count together, in tables that no operation of the catalog touches; times are the database's own. */
import type { CallCount, SharedCounts, UnderWay } from '../../core/limits/shared-counts.ts'
import { PUBLISHED_MS } from '../../core/limits/shared-counts.ts'
import type { Log } from '../../core/ports/contracts.ts'
import { createPool } from './connection.ts'

/** An answer that comes later than this is of no use, in milliseconds. */
const PATIENCE_MS = 1_000

const CLOCK = 'clock as (select (extract(epoch from clock_timestamp()) * 1000)::bigint as at)'

/** In order of key, so that two nodes that tell the same keys never wait for each other. */
const ADD = `
with ${CLOCK},
told as (
  select key, period, (select at from clock) - elapsed as began_at, calls, former
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
    as told (key, period, elapsed, calls, former)
),
added as (
  insert into call_count as held (key, period, began_at, calls, former)
  select key, period, began_at, greatest(calls, 0), former from told where calls <> 0 order by key
  on conflict (key) do update set
    began_at = case when held.began_at + held.period > (select at from clock) then held.began_at else excluded.began_at end,
    calls = case when held.began_at + held.period > (select at from clock)
      then greatest(held.calls + (select calls from told where told.key = held.key), 0) else excluded.calls end,
    former = case when held.began_at + held.period > (select at from clock) then held.former
      when held.began_at + 2 * held.period > (select at from clock) then held.calls else 0 end
  returning key, period, began_at, calls, former
)
select key::text, period, (select at from clock) - began_at as elapsed, calls, former
from (
  select * from added
  union all
  select call_count.* from call_count join told using (key) where told.calls = 0
) as counted
where began_at + period > (select at from clock)`

const TELL = `
with ${CLOCK},
told as (select key, calls from unnest($2::bigint[], $3::bigint[]) as told (key, calls)),
ended as (delete from under_way where node = $1 and key in (select key from told where calls = 0)),
going as (
  insert into under_way (key, node, calls, expires_at)
  select key, $1, calls, (select at from clock) + ${String(PUBLISHED_MS)} from told where calls > 0
  on conflict (key, node) do update set calls = excluded.calls, expires_at = excluded.expires_at
)
select key::text, sum(calls)::bigint as calls from under_way
where key in (select key from told) and node <> $1 and expires_at > (select at from clock)
group by key`

const FORGET = [
  `with ${CLOCK} delete from call_count where began_at + 2 * period < (select at from clock)`,
  `with ${CLOCK} delete from under_way where expires_at < (select at from clock)`,
]

type Texted<T> = Omit<T, 'key'> & { readonly key: string }

/** Over a connection of its own, so that counting waits for no upload; it is made when there is something to count. */
export function openPostgresCounts(url: string, log: Log): SharedCounts {
  const pool = createPool({ url, connections: 1, statementMs: PATIENCE_MS, silenceMs: 2 * PATIENCE_MS, log })
  const ask = async <T>(text: string, values: readonly unknown[]) => {
    const { rows } = await pool.query<Texted<T> & object>({ text, values: [...values] })
    return rows.map((row) => ({ ...row, key: BigInt(row.key) }))
  }
  return {
    add(counts) {
      const column = (name: keyof CallCount) => counts.map((count) => String(count[name]))
      const columns = [column('key'), column('period'), column('elapsed'), column('calls'), column('former')]
      return ask<CallCount>(ADD, columns)
    },
    publish: (node, underWay) =>
      ask<UnderWay>(TELL, [node, underWay.map(({ key }) => String(key)), underWay.map(({ calls }) => calls)]),
    async forget() {
      for (const text of FORGET) await pool.query(text)
    },
    close: () => pool.end(),
  }
}
