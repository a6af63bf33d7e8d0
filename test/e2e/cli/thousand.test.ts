// A folder of 1,000 files goes up, is killed in the middle, goes on without duplicates, and comes back byte for byte.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { after, before, test } from 'node:test'
import { jsonLines, run, start } from './run.ts'
import { startServer, type Server } from '../support/server.ts'

const FILES = 1_000
const scratch = mkdtempSync(join(tmpdir(), 'dossier-thousand-'))
const source = join(scratch, 'source')
let server: Server
let record: string
let data: string[]

before(async () => {
  server = await startServer()
  data = ['--data', server.folder]
  await server.cli('org', 'create', '--name', 'A thousand')
  const created = await server.cli<{ id: string }>('record', 'create', 'Deals', '--set', 'name=A move')
  record = created.id
  for (let index = 0; index < FILES; index++) {
    const path = join(source, nameOf(index))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contentOf(index))
  }
})

after(async () => {
  await server.stop()
  rmSync(scratch, { recursive: true, force: true })
})

/** Folders in folders, letters of many scripts, hidden files, one name in two folders. */
function nameOf(index: number): string {
  const folder = ['', '2025', '2026/März', '2026/写真/été', '.hidden'][index % 5] ?? ''
  const name =
    index < 10 ? 'same name.txt' : `Anlage "${String(index)}" – 見積 & co.${['txt', 'pdf', 'bin'][index % 3] ?? ''}`
  return join(folder, index < 10 ? `${String(index)}`.repeat(2) : '', name)
}

/** Mostly tiny; some are the same as others, some empty, a few larger than what is kept in rows. */
function contentOf(index: number): Buffer {
  if (index % 97 === 0) return Buffer.alloc(0)
  if (index % 50 === 1) return Buffer.from('the same again\n')
  return randomBytes(index % 200 === 3 ? 300_000 : 20 + ((index * 37) % 3_000))
}

function digestsIn(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const entries = files.map(({ parentPath, name }): [string, string] => {
    const path = join(parentPath, name)
    return [relative(folder, path), createHash('sha256').update(readFileSync(path)).digest('hex')]
  })
  return new Map(entries.sort(([one], [other]) => (one < other ? -1 : 1)))
}

async function idsOnRecord(): Promise<string[]> {
  const { out, status, err } = await run(['ls', '--record', record, '--quiet', ...data])
  assert.equal(status, 0, err)
  return out.split('\n').filter((line) => line !== '')
}

interface Told {
  readonly outcome?: string
  readonly summary?: { uploaded?: { files: number }; present?: { files: number }; failed: number }
}

test('1,000 files: killed in the middle, gone on with, back byte for byte', async () => {
  const put = ['put', source, '--record', record, '--json', ...data]
  const first = start(put)
  let lines = 0
  first.child.stdout?.on('data', (chunk: Buffer) => {
    lines += chunk.toString().split('\n').length - 1
    if (lines > FILES / 4) first.child.kill('SIGKILL')
  })
  assert.equal((await first.ended).status, null)
  const halfway = (await idsOnRecord()).length
  assert.ok(halfway >= FILES / 4 && halfway < FILES, String(halfway))

  const second = await run(put)
  assert.equal(second.status, 0, second.err)
  const { summary } = jsonLines<Told>(second.out).at(-1) ?? {}
  assert.deepEqual([summary?.uploaded?.files, summary?.present?.files, summary?.failed], [FILES - halfway, halfway, 0])
  assert.equal(new Set(await idsOnRecord()).size, FILES)

  const third = await run(put)
  assert.equal(jsonLines<Told>(third.out).at(-1)?.summary?.present?.files, FILES)

  const target = join(scratch, 'target')
  const got = await run(['get', '--record', record, '--to', target, '--quiet', ...data])
  assert.equal(got.status, 0, got.err)
  assert.deepEqual(digestsIn(target), digestsIn(source))
})
