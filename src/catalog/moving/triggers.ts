/**
 * Triggers that stand on a catalog's tables as long as it is moved: they write down which rows change, and refuse all
 * changes while the fence is up. Whoever writes, from whatever process and version, pays for them, and nobody afterwards.
 * No operation changes a primary key, so the old one names the row.
 */
import { FENCED, MOVED } from './fence.ts'
import { TABLES, type MovedTable } from './tables.ts'

const EVENTS = ['insert', 'update', 'delete'] as const

/** Milliseconds. */
export const SQLITE_NOW = "cast(unixepoch('subsec') * 1000 as integer)"
export const POSTGRES_NOW = 'cast(extract(epoch from clock_timestamp()) * 1000 as bigint)'

export const sqliteTriggers = {
  create: TABLES.flatMap((table) => EVENTS.map((event) => sqliteTrigger(table, event))),
  drop: TABLES.flatMap(({ name }) => EVENTS.map((event) => `drop trigger if exists "move_${name}_${event}"`)),
}

function sqliteTrigger({ name, key }: MovedTable, event: (typeof EVENTS)[number]): string {
  const keyOf = (row: string) => `json_array(${key.map((column) => `${row}."${column}"`).join(', ')})`
  const note = `values ('${name}', lower(hex(randomblob(16))), ${keyOf(event === 'insert' ? 'new' : 'old')})`
  return `create trigger if not exists "move_${name}_${event}" after ${event} on "${name}" begin
    select raise(abort, '${MOVED.text}') from move where role = 'old' and state = 'moved';
    select raise(abort, '${FENCED.text}') from move where role = 'old' and fenced_until > ${SQLITE_NOW};
    insert into move_change (moved_table, id, row_key) ${note};
  end`
}

/** Any number: whoever writes shares this lock, and who raises the fence waits for all of them. */
export const GATE = 4_617_315_514

/**
 * Each entry is a transaction of its own, so that no table waits for another. The look at the fence takes the row's lock:
 * a transaction that began before the fence was raised, and would not see it, is told to begin anew instead.
 */
export const postgresTriggers = {
  create: [
    `create or replace function move_fence() returns trigger language plpgsql as $$
declare held record;
begin
  perform pg_advisory_xact_lock_shared(${GATE});
  select state, store, fenced_until into held from move where role = 'old' for share;
  if not found then return null; end if;
  if held.state = 'moved' and (held.store is null or held.store is distinct from current_setting('dossier.store', true)) then
    raise exception '${MOVED.text}' using errcode = '${MOVED.code}';
  end if;
  if held.fenced_until > ${POSTGRES_NOW} then
    raise exception '${FENCED.text}' using errcode = '${FENCED.code}';
  end if;
  return null;
end $$`,
    ...TABLES.map(postgresTrigger),
  ],
  drop: [
    ...TABLES.map(({ name }) =>
      [
        `drop trigger if exists move_fence on "${name}"`,
        `drop trigger if exists move_note on "${name}"`,
        `drop function if exists move_note_${name}()`,
      ].join('; '),
    ),
    'drop function if exists move_fence()',
  ],
  /** What is left of them then is the fence. */
  dropNotes: TABLES.map(({ name }) => `drop trigger if exists move_note on "${name}"`),
}

function postgresTrigger({ name, key }: MovedTable): string {
  const keyOf = (row: string) => `json_build_array(${key.map((column) => `${row}."${column}"`).join(', ')})::text`
  return `create or replace function move_note_${name}() returns trigger language plpgsql as $$
begin
  insert into move_change (moved_table, id, row_key)
  values ('${name}', gen_random_uuid()::text, case tg_op when 'INSERT' then ${keyOf('new')} else ${keyOf('old')} end);
  return null;
end $$;
create or replace trigger move_fence before insert or update or delete on "${name}" for each statement execute function move_fence();
create or replace trigger move_note after insert or update or delete on "${name}" for each row execute function move_note_${name}()`
}
