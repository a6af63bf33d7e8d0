// Completion as a real bash does it, and the remembered servers, as a process.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { run } from './run.ts'
import { startServer, type Server } from '../support/server.ts'

const scratch = mkdtempSync(join(tmpdir(), 'dossier-completion-'))
const remotes = join(scratch, 'config', 'remotes.json')
const env = { DOSSIER_REMOTES: remotes }
let server: Server

before(async () => {
  server = await startServer()
  await server.cli('org', 'create', '--name', 'Acme')
})
after(async () => {
  await server.stop()
  rmSync(scratch, { recursive: true, force: true })
})

test('bash proposes commands, options and their values', async () => {
  const { out, status } = await run(['completion', 'bash'])
  assert.equal(status, 0)
  const file = join(scratch, 'completion.bash')
  writeFileSync(file, out)
  const proposed = (...words: string[]) => {
    const line = words.map((word) => `'${word}'`).join(' ')
    const script = `source ${file}; COMP_WORDS=(dossier ${line}); COMP_CWORD=${String(words.length)}; _dossier 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' }).trim().split('\n')
  }
  assert.deepEqual(proposed('rec'), ['record'])
  assert.deepEqual(proposed('org', ''), ['create', 'list', 'show', 'rm'])
  assert.deepEqual(proposed('ls', '--so'), ['--sort'])
  assert.deepEqual(proposed('ls', '--sort', ''), ['created', 'name', 'size'])
  assert.deepEqual(proposed('completion', ''), ['bash', 'zsh', 'fish'])
  assert.deepEqual(proposed('put', '--record', ''), [''])
})

test('login tries the token, remembers it for its owner alone, and commands use it', async () => {
  const { token } = await server.cli<{ token: string }>('token', 'create', '--kind', 'native')
  const bad = await run(['login', '--server', server.origin, '--token', 'dossier_wrong'], { env })
  assert.equal(bad.status, 4, bad.err)
  const good = await run(['login', '--server', server.origin, '--remote', 'work'], { env, input: `${token}\n` })
  assert.equal(good.status, 0, good.err)
  assert.equal(good.out.includes(token), false)
  assert.equal(statSync(remotes).mode & 0o777, 0o600)
  const shown = await run(['org', 'show', '--json'], { env })
  assert.match(shown.out, /"name": "Acme"/)
  chmodSync(remotes, 0o644)
  const open = await run(['org', 'show'], { env })
  assert.equal(open.status, 1)
  assert.match(open.err, /others may read it \(mode 644\); run: chmod 600/)
})

test('a server that is not there is status 5; a server file that was left behind is passed over', async () => {
  const gone = await run(['ls', '--server', 'http://127.0.0.1:1'], { env: { DOSSIER_TOKEN: 'dossier_x' } })
  assert.equal(gone.status, 5, gone.err)
  const said = JSON.parse(readFileSync(join(server.folder, 'server.json'), 'utf8')) as { url: string }
  assert.equal(said.url, server.origin)
  assert.equal(statSync(join(server.folder, 'server.json')).mode & 0o777, 0o600)
  const killed = await startServer()
  await killed.kill()
  assert.ok(readFileSync(join(killed.folder, 'server.json'), 'utf8').includes(killed.origin))
  const made = await killed.cli<{ id: string }>('org', 'create', '--name', 'Without a server')
  assert.match(made.id, /^\d{19}$/)
  killed.remove()
})
