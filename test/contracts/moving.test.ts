// Rows on their way from every engine to every engine, while the old catalog goes on; then the fence, and the end.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mustCountSame, mustHoldAll } from '../../src/catalog/moving/comparison.ts'
import { MoveUnderWay, type MovingEnd } from '../../src/catalog/moving/end.ts'
import { forgetMove, liftFence, moved } from '../../src/catalog/moving/marks.ts'
import { openPostgresEnd } from '../../src/catalog/moving/postgres-end.ts'
import { openSqliteEnd } from '../../src/catalog/moving/sqlite-end.ts'
import { isComplete, step, type Stepped } from '../../src/catalog/moving/step.ts'
import { openPostgresCatalog } from '../../src/catalog/postgres/open.ts'
import { openSqliteCatalog } from '../../src/catalog/sqlite/open.ts'
import type { Catalog } from '../../src/core/ports/catalog.ts'
import { beginMove } from '../../src/recovery/moving-marks.ts'
import { startPostgres, withClient } from '../../engines/postgres.ts'
import { missing, need } from '../support/require.ts'
import { newLife } from './moving-changes.ts'

/** A place for a catalog, opened as one or as an end of a move. */
interface Place {
  catalog(): Promise<Catalog>
  end(): Promise<MovingEnd>
}

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

async function inFolder(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'dossier-moving-'))
  folders.push(folder)
  return { catalog: () => openSqliteCatalog({ folder }), end: async () => openSqliteEnd(folder) }
}

movingContract('SQLite to SQLite', inFolder, inFolder)

const skip = missing('postgres')
describe('with PostgreSQL', { skip }, () => {
  if (skip !== false) return
  need('postgres')
  const starting = startPostgres()
  after(async () => (await starting).remove())
  const inPostgres = async (): Promise<Place> => {
    const url = await (await starting).database()
    return { catalog: () => openPostgresCatalog({ url }), end: () => openPostgresEnd(url) }
  }
  test('whose lock was lost with its connection does nothing any more, for another may move by now', async () => {
    const postgres = await starting
    const url = await postgres.database()
    const first = await openPostgresEnd(url)
    try {
      await assert.rejects(openPostgresEnd(url), MoveUnderWay)
      await postgres.stop('immediate')
      await postgres.start()
      const second = await openPostgresEnd(url)
      await second.watch()
      await second.close()
      const unreachable = { code: 'CATALOG_UNREACHABLE' }
      await assert.rejects(first.read(moved()), unreachable)
      await assert.rejects(
        first.write((write) => write(forgetMove())),
        unreachable,
      )
      await assert.rejects(first.unwatch(), unreachable)
    } finally {
      await first.close()
    }
  })

  test('whoever began before the fence ends before it, or begins anew', async () => {
    const url = await (await starting).database()
    const [from, to] = [await openPostgresEnd(url), await (await inFolder()).end()]
    try {
      await beginMove({ from, to, blobs: null }, PLAN)
      await from.watch()
      await withClient(url, async (early) => {
        const write = `insert into login_attempt (key, failures, began_at) values ('a key', 1, 1)`
        await early.query(`begin isolation level serializable; ${write}`)
        let isUp = false
        const raising = from.fence(10_000).then(() => (isUp = true))
        await withClient(url, async (late) => {
          // It has its moment, and has written nothing.
          await late.query('begin isolation level serializable; select count(*) from login_attempt')
          assert.equal(isUp, false, 'the fence went up before a writer was done')
          await early.query('commit')
          await raising
          await assert.rejects(late.query(`update login_attempt set failures = 2`), { code: '40001' })
        })
        await assert.rejects(early.query(write.replace('a key', 'another')), { code: 'DM001' })
      })
    } finally {
      await Promise.all([from.close(), to.close()])
    }
  })

  movingContract('SQLite to PostgreSQL', inFolder, inPostgres)
  movingContract('PostgreSQL to SQLite', inPostgres, inFolder)
  movingContract('PostgreSQL to PostgreSQL', inPostgres, inPostgres)
})

const PLAN = { movesCatalog: true, movesFiles: false, target: 'a test' }

function movingContract(name: string, oldPlace: () => Promise<Place>, newPlace: () => Promise<Place>): void {
  test(name, async () => {
    const [source, destination] = [await oldPlace(), await newPlace()]
    const catalog = await source.catalog()
    const [from, to] = [await source.end(), await destination.end()]
    const ends = { from, to, blobs: null }
    const go = (more: Partial<Parameters<typeof step>[0]> = {}): Promise<Stepped> =>
      step({ from, to, signal: new AbortController().signal, wrong: () => assert.fail('bytes differ'), ...more })
    try {
      const lives = await Promise.all([newLife(catalog), newLife(catalog)] as const)
      const live = () => Promise.all(lives.map((life) => life.live()))
      await live()
      assert.equal(await beginMove(ends, PLAN), 'begun')
      await from.watch()
      await mustGoStepByStep(go, live)
      await live()
      await mustNotTakeHalf(go, live)
      await go({ compare: (read) => mustHoldAll(read, to, () => undefined) })
      await mustCountSame(from, to)
      await mustLoseNothing(catalog, lives[0], { from, go })
      await mustCountSame(from, to)
      assert.equal(await beginMove(ends, PLAN), 'sealed')
      await assert.rejects(destination.catalog(), { name: 'MoveUnfinished' })
      await to.write((write) => write(forgetMove()))
      await mustBeWhole(await destination.catalog(), lives[0].crm)
      await assert.rejects(lives[0].live(), { code: 'CATALOG_MOVED' })
      await from.unwatch()
      await live()
    } finally {
      await Promise.all([from.close(), to.close()])
      await catalog.close()
    }
  })
}

type Go = (more?: Partial<Parameters<typeof step>[0]>) => Promise<Stepped>
type Life = Awaited<ReturnType<typeof newLife>>

/** A table at a time, with changes in between that concern what is copied and what is not yet. */
async function mustGoStepByStep(go: Go, live: () => Promise<unknown>): Promise<void> {
  for (let count = 1; ; count++) {
    const { place } = await go({ stepMs: 0 })
    if (isComplete(place)) return
    assert.ok(count < 100, 'it does not come to an end')
    if (count % 3 === 0) await live()
  }
}

/** A step that fails leaves both sides as they were, and the next brings all. */
async function mustNotTakeHalf(go: Go, live: () => Promise<unknown>): Promise<void> {
  await live()
  const failing = go({ signal: AbortSignal.abort(new Error('stopped')) })
  await assert.rejects(failing, { message: 'stopped' })
  assert.ok((await go()).changes > 0)
  assert.equal((await go()).changes, 0)
}

/** With writers at work, the fence goes up, comes down, and goes up for good: whatever was acknowledged is there. */
async function mustLoseNothing(catalog: Catalog, life: Life, { from, go }: { from: MovingEnd; go: Go }): Promise<void> {
  const { crm } = life
  const heard = new Set<string>()
  let acknowledged = 0
  let isOver = false
  const lane = async () => {
    while (!isOver) {
      try {
        await crm.save({ properties: { name: 'under load' } })
        acknowledged += 1
      } catch (error) {
        heard.add((error as { code?: string }).code ?? String(error))
      }
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  const lanes = Array.from({ length: 8 }, lane)
  try {
    await until(() => acknowledged > 20)
    assert.equal(await from.seal(null, 1), false, 'sealed with changes that are not copied')
    await from.fence(10_000)
    const before = acknowledged
    while ((await go()).changes > 0);
    await until(() => heard.has('CATALOG_FENCED'))
    assert.ok(acknowledged - before <= 8, 'somebody wrote behind the fence')
    assert.ok(await catalog.organization(crm.organization), 'what is read is behind the fence')
    await from.write((write) => write(liftFence()))
    await until(() => acknowledged > before + 20)
    assert.deepEqual([...heard], ['CATALOG_FENCED'])
    await from.fence(10_000)
    do while ((await go()).changes > 0);
    while (!(await from.seal(null, 1)))
    await until(() => heard.has('CATALOG_MOVED'))
    assert.deepEqual([...heard].sort(), ['CATALOG_FENCED', 'CATALOG_MOVED'])
    assert.deepEqual(await catalog.moved(), { target: 'a test', store: null, at: 1 })
    await assert.rejects(catalog.ping(), { code: 'CATALOG_MOVED' })
  } finally {
    isOver = true
    await Promise.all(lanes)
  }
}

/** The new catalog is one as any other. */
async function mustBeWhole(moved: Catalog, { organization, leads }: Life['crm']): Promise<void> {
  try {
    assert.equal(await moved.moved(), null)
    await moved.ping()
    assert.equal((await moved.organization(organization))?.name, 'Acme')
    assert.ok((await moved.module(organization, 'Leads'))?.id === leads)
    await (await newLife(moved)).live()
  } finally {
    await moved.close()
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 1_000, 'it did not come about')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
