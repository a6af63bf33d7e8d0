// Downloads go on where they ended, are verified, and stay within their folder whatever names say.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { run } from './run.ts'
import { startServer, type Server } from '../support/server.ts'

const scratch = mkdtempSync(join(tmpdir(), 'dossier-get-'))
const bytes = randomBytes(300_000)
let server: Server
let data: string[]

before(async () => {
  server = await startServer()
  data = ['--data', server.folder]
  await server.cli('org', 'create', '--name', 'Acme')
})
after(async () => {
  await server.stop()
  rmSync(scratch, { recursive: true, force: true })
})

async function putAs(name: string, input: Uint8Array): Promise<string> {
  const { status, out, err } = await run(['put', '-', '--name', name, '--unfiled', ...data], { input })
  assert.equal(status, 0, err)
  return out.split(/\s+/)[1] ?? ''
}

test('a half file is gone on with, a wrong half begun anew, standard output is whole', async () => {
  const id = await putAs('large.bin', bytes)
  for (const [folder, half] of [
    ['half', bytes.subarray(0, 100_000)],
    ['wrong', randomBytes(100_000)],
  ] as const) {
    const target = join(scratch, folder)
    mkdirSync(target)
    writeFileSync(join(target, `.dossier-${id}.part`), half)
    const { status, err } = await run(['get', id, '--to', target, ...data])
    assert.equal(status, 0, err)
    assert.deepEqual(readdirSync(target), ['large.bin'])
    assert.ok(readFileSync(join(target, 'large.bin')).equals(bytes))
  }
  const poured = await run(['get', id, '--output', '-', ...data])
  assert.ok(poured.bytes.equals(bytes))
})

test('nothing is written through a link, up, or over another file', async () => {
  const target = join(scratch, 'target')
  const outside = join(scratch, 'outside')
  for (const folder of [target, outside]) mkdirSync(folder)
  symlinkSync(outside, join(target, 'link'))
  writeFileSync(join(target, 'mine.txt'), 'mine')
  const ids = [await putAs('link\uFF0Fevil.txt', bytes), await putAs('mine.txt', bytes)]
  const { status, err } = await run(['get', ...ids, '--to', target, ...data])
  assert.equal(status, 1)
  assert.match(err, /nothing is written through it/)
  assert.match(err, /--overwrite replaces a file/)
  const up = await run(['get', await putAs('..\uFF0F..\uFF0Fup.txt', bytes), '--to', target, '--quiet', ...data])
  assert.equal(up.status, 0, up.err)
  assert.deepEqual(readdirSync(outside), [])
  assert.deepEqual(readdirSync(target).sort(), ['__', 'link', 'mine.txt'])
  assert.equal(readFileSync(join(target, 'mine.txt'), 'utf8'), 'mine')
})
