// The examples of docs/client.md, run one after the other as one program against a real server.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { root, startServer, type Server } from '../support/server.ts'

let server: Server
let folder: string

before(async () => {
  server = await startServer()
  // Within the package, where `dossier/client` means the client of this checkout.
  mkdirSync(join(root, '.dossier'), { recursive: true })
  folder = mkdtempSync(join(root, '.dossier', 'examples-'))
})
after(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('the examples of docs/client.md run', async () => {
  const { id } = await server.cli<{ id: string }>('org', 'create', '--name', 'Acme')
  const { token } = await server.cli<{ token: string }>('token', 'create', '--kind', 'native', '--org', id)
  const page = readFileSync(join(root, 'docs', 'client.md'), 'utf8')
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code)
  assert.equal(blocks.length, 7)
  const file = join(folder, 'example.ts')
  writeFileSync(file, blocks.join('\n'))
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=dossier-source', file], {
    env: { ...process.env, DOSSIER_SERVER: server.origin, DOSSIER_TOKEN: token },
    timeout: 60_000,
  })
  assert.match(stdout, /'notes\.txt',\s+16/)
  assert.match(stdout, /500\d{3} of 500\d{3}\n/)
  assert.match(stdout, /large\.bin\nnotes\.txt\nnumbers\.csv\nreport\.txt\n1 null\nCall on Tuesday\.\n404 not_found /)
})
