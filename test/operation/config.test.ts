import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { BadSetting, FIXED, SETTINGS, envNameOf, readConfig } from '../../src/config/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'dossier-config-'))
after(() => {
  rmSync(folder, { recursive: true })
})

function fileWith(content: string): string {
  const path = join(folder, 'config.json')
  writeFileSync(path, content)
  return path
}

test('a flag beats the environment, which beats the file, which beats the default', () => {
  const config = fileWith('{"port": 1001, "host": "127.0.0.3", "idleSeconds": 7}')
  const read = readConfig(
    { port: '3003', config },
    { maxParts: 9 },
    { DOSSIER_PORT: '2002', DOSSIER_HOST: '127.0.0.2' },
  )
  assert.deepEqual(
    [read.port, read.host, read.idleSeconds, read.maxParts, read.headersSeconds],
    [3003, '127.0.0.2', 7, 9, 30],
  )
  assert.ok(Object.isFrozen(read))
})

test('the file may be named by the environment, and hold lists', () => {
  const config = fileWith('{"corsOrigins": ["https://a.example.com", "https://b.example.com"]}')
  assert.deepEqual(readConfig({}, {}, { DOSSIER_CONFIG: config }).corsOrigins, [
    'https://a.example.com',
    'https://b.example.com',
  ])
})

const WRONG: readonly (readonly [string, Record<string, string>, RegExp])[] = [
  [
    'a port that is no number',
    { DOSSIER_PORT: 'http' },
    /port \(DOSSIER_PORT\) is "http"; expected a whole number from 0 to 65535/,
  ],
  ['a port out of bounds', { DOSSIER_PORT: '70000' }, /from 0 to 65535/],
  ['an origin with a path', { DOSSIER_ORIGIN: 'https://example.com/files' }, /expected an origin such as/],
  ['a list with a wrong origin', { DOSSIER_CORS_ORIGINS: 'https://a.example.com,*' }, /separated by commas/],
  ['a level that does not exist', { DOSSIER_LOG_LEVEL: 'loud' }, /one of debug, info/],
  ['a grace shorter than a request', { DOSSIER_SWEEP_GRACE_SECONDS: '60' }, /must be greater than requestSeconds/],
  ['a file that is not there', { DOSSIER_CONFIG: join(folder, 'none.json') }, /cannot be read as JSON/],
]
for (const [what, env, sentence] of WRONG) {
  test(`${what} is refused with one sentence`, () => {
    assert.throws(
      () => readConfig({}, {}, env),
      (error) => error instanceof BadSetting && sentence.test(error.message) && !error.message.includes('\n'),
    )
  })
}

test('a file with an unknown setting is refused, and names what there is', () => {
  const config = fileWith('{"prot": 8080}')
  assert.throws(() => readConfig({ config }, {}, {}), /names "prot", which is no setting; there are data, host, port/)
})

test('the table of the README is the table of the settings', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const rows = Object.entries(SETTINGS).map(([key, { help, defaultValue }]) => {
    const flag =
      key === 'limits' ? '`--no-limits`' : `\`--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}\``
    return `| \`${key}\` | ${flag} | \`${envNameOf(key)}\` | ${shown(defaultValue)} | ${help} |`
  })
  for (const row of rows) assert.ok(readme.includes(row), `the README lacks the row\n${row}`)
})

test('the table says of each setting whether a running server reads it again', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  for (const key of Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]) {
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${key}\` |`)) ?? ''
    const said = FIXED.includes(key) ? 'a new start' : 'read again'
    assert.ok(row.endsWith(` ${said} |`), `the row of ${key} must end with "${said}": ${row}`)
  }
})

test('proxies are addresses and networks, and nothing else', () => {
  const read = (value: string) => readConfig({ trustedProxies: value }, {}, {}).trustedProxies
  assert.deepEqual(read('10.0.0.0/8, ::1,fd00::/8'), ['10.0.0.0/8', '::1', 'fd00::/8'])
  for (const wrong of ['proxy.local', '10.0.0.0/33', '10.0.0/8', '::1/129', '10.0.0.0/8/8', '*', 'fe80::1%eth0'])
    assert.throws(() => read(wrong), /trustedProxies .* expected IP addresses or networks/, wrong)
})

test('a secret that is wrong is not repeated', () => {
  assert.throws(
    () => readConfig({}, {}, { DOSSIER_METRICS_TOKEN: 'short' }),
    (error) => error instanceof BadSetting && /metricsToken/.test(error.message) && !error.message.includes('short'),
  )
})

function shown(value: string | number | boolean | readonly string[] | null): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return ''
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return `\`${value.toString()}\``
}
