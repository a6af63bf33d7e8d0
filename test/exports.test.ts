/** What is exported is imported somewhere; the client alone exports for others. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { unusedExports } from './house/exports.ts'

const root = join(import.meta.dirname, '..')

test('no export of src/ is without an import', () => {
  const users = ['src', 'test', 'bench', 'deploy', 'engines', 'packaging', 'bin']
  const unused = unusedExports({ root, source: 'src', users, published: ['src/client/client.ts'] })
  assert.deepEqual(
    unused.map(({ file, name }) => `${file}: ${name}`),
    [],
  )
})

test('each way to import is understood, and what none of them takes is named', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'dossier-exports-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const files = {
    'src/one.ts': `export const a = 1, { b, c: [d] } = x\nexport function e() {}\nexport type F = 1\nexport class G {}\nconst h = 2\nexport { h }\nconst i = a`,
    'src/all.ts': 'export const taken = 1',
    'src/lazy.ts': 'export const taken = 1',
    'src/public.ts': 'export const forOthers = 1',
    'test/user.ts': `import { a as other, type F } from '../src/one.ts'\nimport * as all from '../src/all.ts'\nconst lazy = () => import('../src/lazy.ts')\ntype H = import('../src/one.ts').G\nimport { e } from './one.ts'`,
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const unused = unusedExports({ root: folder, source: 'src', users: ['src', 'test'], published: ['src/public.ts'] })
  assert.deepEqual(
    unused.map(({ name }) => name),
    ['b', 'd', 'e', 'h'],
  )
})
