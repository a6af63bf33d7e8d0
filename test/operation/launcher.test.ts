// The launchers as a new user meets them: copied into a tree of their own, with a main.ts that tells what it was given.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { missing, need, oldNode } from '../support/require.ts'

const root = dirname(dirname(import.meta.dirname))
const packaged = `node_modules/node-${process.platform}-${process.arch}`
const main = `
import { writeSync } from 'node:fs'
const args: string[] = process.argv.slice(2)
const say = (line: string) => writeSync(1, line + '\\n')
process.on('SIGTERM', () => say('SIGTERM'))
process.on('SIGINT', () => process.exit(9))
if (args.includes('wait')) setInterval(() => {}, 1000)
else process.exitCode = Number(args[0] ?? 0)
say(JSON.stringify({ args, version: process.version }))
`

interface Ended {
  status: number | null
  stdout: string
  stderr: string
}

interface Plan {
  locked?: Record<string, object>
  npmStatus?: number
}

/** What is locked is installed only by the npm that stands in here: it notes each call, takes its time, then "installs". */
async function makeTree(t: TestContext, { locked = {}, npmStatus = 0 }: Plan = {}): Promise<string> {
  const tree = await mkdtemp(join(tmpdir(), 'dossier-launcher-'))
  t.after(() => rm(tree, { recursive: true, force: true }))
  await cp(join(root, 'bin'), join(tree, 'bin'), { recursive: true })
  await mkdir(join(tree, 'src'))
  await mkdir(join(tree, 'path'))
  await mkdir(join(tree, 'node_modules'))
  await writeFile(join(tree, 'package.json'), '{ "name": "tree", "type": "module" }')
  await writeFile(join(tree, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...locked } }))
  await writeFile(join(tree, 'src/main.ts'), main)
  const folders = Object.keys(locked).map((path) => `mkdir -p ${path} && echo '{}' > ${path}/package.json`)
  const lines = [
    '#!/bin/sh',
    'echo "$@" >> calls.log',
    'sleep 0.5',
    ...(npmStatus === 0 ? folders : [`echo the registry is out; exit ${npmStatus}`]),
    'cp package-lock.json node_modules/.package-lock.json',
  ]
  await writeFile(join(tree, 'path/npm'), lines.join('\n'))
  await chmod(join(tree, 'path/npm'), 0o755)
  return tree
}

async function packNode(tree: string): Promise<void> {
  await symlink(join(root, packaged), join(tree, packaged))
  await cp(join(tree, 'package-lock.json'), join(tree, 'node_modules/.package-lock.json'))
}

function launch(tree: string, args: string[], { node = process.execPath, program = 'dossier' } = {}): ChildProcess {
  const env = { PATH: `${join(tree, 'path')}:/usr/bin:/bin` }
  return spawn(node, [join(tree, 'bin', `${program}.mjs`), ...args], { env, cwd: tmpdir() })
}

async function ended(child: ChildProcess): Promise<Ended> {
  const end = { status: null as number | null, stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => (end.stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (end.stderr += chunk.toString()))
  end.status = await new Promise((resolve) => child.once('close', resolve))
  return end
}

const speaks = (child: ChildProcess) =>
  new Promise((resolve) => child.stdout?.once('data', resolve).once('end', resolve))

test('a Node that is too old, with no packaged one, is told in one line', { skip: missing('oldNode') }, async (t) => {
  need('oldNode')
  for (const program of ['dossier', 'test']) {
    const { status, stdout, stderr } = await ended(launch(await makeTree(t), [], { node: oldNode() ?? '', program }))
    assert.equal(status, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /^Dossier needs Node 22\.18 or newer \(this is \d+\.\d+\.\d+\) and no packaged one fits .*\n$/)
    assert.equal(stderr.trimEnd().split('\n').length, 1)
  }
})

test('arguments and exit status are handed on, by this Node and by an old one', async (t) => {
  const tree = await makeTree(t)
  const direct = await ended(launch(tree, ['5', 'two words', '--flag']))
  assert.deepEqual([direct.status, direct.stderr], [5, ''])
  assert.deepEqual((JSON.parse(direct.stdout) as { args: string[] }).args, ['5', 'two words', '--flag'])
  const old = oldNode()
  if (old === null) return t.diagnostic('no old Node here: only the direct way was tried')
  const lockedTree = await makeTree(t, { locked: { [packaged]: { version: '1', optional: true } } })
  await packNode(lockedTree)
  const handed = await ended(launch(lockedTree, ['5', 'two words', '--flag'], { node: old }))
  assert.deepEqual([handed.status, handed.stderr], [5, ''])
  assert.equal((JSON.parse(handed.stdout) as { version: string }).version.startsWith('v24.'), true)
})

test('tests are chosen by name, before and behind the file', async (t) => {
  const tree = await makeTree(t)
  const text = "import { test } from 'node:test'\ntest('the first', () => {})\ntest('the second', () => {})\n"
  await mkdir(join(tree, 'test'))
  await writeFile(join(tree, 'test/a.test.ts'), text)
  const file = 'test/a.test.ts'
  for (const words of [
    [file, '--test-name-pattern=second'],
    ['--test-name-pattern', 'second', file],
    ['--test-name-pattern=second'],
  ]) {
    const { status, stdout } = await ended(launch(tree, words, { program: 'test' }))
    assert.equal(status, 0)
    assert.match(stdout, /the second/)
    assert.doesNotMatch(stdout, /the first/)
  }
})

test('signals are handed on once, and a death by signal is told as 128+n', { skip: missing('oldNode') }, async (t) => {
  need('oldNode')
  const tree = await makeTree(t, { locked: { [packaged]: { version: '1', optional: true } } })
  await packNode(tree)
  const child = launch(tree, ['wait'], { node: oldNode() ?? '' })
  const end = ended(child)
  await speaks(child)
  child.kill('SIGTERM')
  child.kill('SIGTERM')
  await speaks(child)
  child.kill('SIGINT')
  const { status, stdout } = await end
  assert.equal(status, 9)
  assert.equal(stdout.split('SIGTERM').length - 1, 1)
  const hungUp = launch(tree, ['wait'], { node: oldNode() ?? '' })
  const hungUpEnd = ended(hungUp)
  await speaks(hungUp)
  hungUp.kill('SIGHUP')
  assert.equal((await hungUpEnd).status, 129)
})

test('what is missing is installed once, also by launchers that start together', async (t) => {
  const tree = await makeTree(t, { locked: { 'node_modules/a': { version: '1' }, 'node_modules/b': { dev: true } } })
  const ends = await Promise.all([1, 2, 3].map(() => ended(launch(tree, []))))
  assert.deepEqual(
    ends.map(({ status }) => status),
    [0, 0, 0],
  )
  assert.equal(ends.filter(({ stderr }) => /^Installing .* \(once\) \.\.\.\n$/.test(stderr)).length, 1)
  const calls = await readFile(join(tree, 'calls.log'), 'utf8')
  assert.match(calls, /^ci .*--omit=dev\n$/)
  assert.deepEqual(
    (await readdir(tree)).filter((name) => name.startsWith('.installing')),
    [],
  )
})

test('an install that was killed does not hold up the next one', async (t) => {
  const tree = await makeTree(t, { locked: { 'node_modules/a': { version: '1' } } })
  const gone = spawn(process.execPath, ['-e', '0'])
  await new Promise((resolve) => gone.once('close', resolve))
  await writeFile(join(tree, '.installing.log'), `${gone.pid}`)
  assert.equal((await ended(launch(tree, []))).status, 0)
})

test('dev dependencies that are there stay', async (t) => {
  const tree = await makeTree(t, { locked: { 'node_modules/a': { version: '1' } } })
  const before = { packages: { 'node_modules/b': { version: '1', dev: true } } }
  await writeFile(join(tree, 'node_modules/.package-lock.json'), JSON.stringify(before))
  assert.equal((await ended(launch(tree, []))).status, 0)
  assert.match(await readFile(join(tree, 'calls.log'), 'utf8'), /--include=dev/)
})

test('a failed install shows the last lines of npm and one sentence', async (t) => {
  const tree = await makeTree(t, { locked: { 'node_modules/a': { version: '1' } }, npmStatus: 4 })
  const { status, stderr } = await ended(launch(tree, []))
  assert.equal(status, 1)
  assert.match(stderr, /\nthe registry is out\nDossier could not install what it needs: npm ended with status 4.*\n$/)
})

test('the test launcher hands on what to run, and the status', async (t) => {
  const tree = await makeTree(t)
  await mkdir(join(tree, 'test/deep'), { recursive: true })
  const body = (ok: boolean) =>
    `import { test } from 'node:test'\ntest('x', () => { if (!${ok}) throw new Error('no') })\n`
  await writeFile(join(tree, 'test/deep/good.test.ts'), body(true))
  await writeFile(join(tree, 'test/bad.test.ts'), body(false))
  const all = await ended(launch(tree, [], { program: 'test' }))
  assert.equal(all.status, 1)
  assert.match(all.stdout, /ℹ tests 2\n[^]*ℹ fail 1\n/)
  const narrowed = await ended(launch(tree, ['test/deep'], { program: 'test' }))
  assert.equal(narrowed.status, 0)
  assert.match(narrowed.stdout, /ℹ tests 1\n/)
})
