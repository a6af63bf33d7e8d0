// HTTPS with certificates that openssl makes, called by curl; and every pair of files that must not start.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { missing, need } from '../../support/require.ts'
import { makeCertificate, type CertificateFiles } from './certificates.ts'
import { until } from './data-folder.ts'
import { metricsIn, sumOf } from './metrics.ts'
import { runProgram } from '../support/program.ts'
import { startServer, type Server } from '../support/server.ts'

const run = promisify(execFile)
const skip = missing('openssl', 'curl')
const folder = mkdtempSync(join(tmpdir(), 'dossier-tls-'))
let first: CertificateFiles
let second: CertificateFiles
let live: CertificateFiles
let server: Server

before(async () => {
  if (skip !== false) return
  need('openssl', 'curl')
  first = await makeCertificate(folder, 'first')
  second = await makeCertificate(folder, 'second')
  live = { key: join(folder, 'live.key'), cert: join(folder, 'live.crt') }
  use(first)
  // The commands of this test call the server too, and are to believe it.
  process.env['NODE_EXTRA_CA_CERTS'] = first.cert
  server = await startServer({ args: ['--tls-key', live.key, '--tls-cert', live.cert, '--workers', '2'] })
})
after(async () => {
  if (skip === false) await server.stop()
  rmSync(folder, { recursive: true })
})

function use({ key, cert }: CertificateFiles): void {
  copyFileSync(key, live.key)
  copyFileSync(cert, live.cert)
}

async function curl(trusted: CertificateFiles, ...more: string[]): Promise<string> {
  const { stdout } = await run('curl', ['-sS', '--max-time', '20', '--cacert', trusted.cert, ...more])
  return stdout
}

test('curl uploads, lists and downloads over TLS, and URLs in answers are https', { skip }, async () => {
  assert.match(server.origin, /^https:/)
  const { id: org, location } = await server.cli<{ id: string; location: string }>('org', 'create', '--name', 'T')
  const { token } = await server.cli<{ token: string }>(
    ...['token', 'create', '--org', org, '--kind', 'private', '--scope'],
    'forms.write,contacts.readonly,contacts.write,locations/customFields.write',
  )
  const headers = ['-H', `Authorization: Bearer ${token}`, '-H', 'Version: 2021-07-28']
  const json = async <T>(path: string, body: object) =>
    JSON.parse(
      await curl(
        first,
        ...headers,
        '-H',
        'Content-Type: application/json',
        '-d',
        JSON.stringify(body),
        server.origin + path,
      ),
    ) as T
  const { contact } = await json<{ contact: { id: string } }>('/contacts/', { locationId: location, firstName: 'Ada' })
  const { customField } = await json<{ customField: { id: string } }>(`/locations/${location}/customFields`, {
    name: 'Papers',
    dataType: 'FILE_UPLOAD',
  })
  const file = join(folder, 'paper.txt')
  const content = 'over TLS '.repeat(40_000)
  writeFileSync(file, content)
  const target = `${server.origin}/forms/upload-custom-files?contactId=${contact.id}&locationId=${location}`
  const answer = await curl(first, ...headers, '-F', `${customField.id}_1=@${file}`, target)
  const url = /https?:\/\/[^"\\]+\/documents\/download\/\w+/.exec(answer)?.[0] ?? ''
  assert.ok(url.startsWith(`${server.origin}/documents/`), answer)
  assert.equal(await curl(first, url), content)
})

test('who does not trust the certificate is not served, and TLS before 1.2 is not spoken', { skip }, async () => {
  await assert.rejects(curl(second, `${server.origin}/metrics`), /certificate/)
  await assert.rejects(curl(first, '--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0', `${server.origin}/metrics`))
})

test('what is no TLS is cut off without an answer, and leaves no error in the log', { skip }, async () => {
  const socket = connectPlain(Number(new URL(server.origin).port), '127.0.0.1')
  let heard = ''
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')))
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n')
  await new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve))
  assert.doesNotMatch(heard, /HTTP\/1\.1/)
  assert.doesNotMatch(server.log(), /"level":50/)
})

test('a renewed certificate is shown after SIGHUP by every thread, and open connections stay', { skip }, async () => {
  const { hostname, port } = new URL(server.origin)
  const kept = connect({ host: hostname, port: Number(port), rejectUnauthorized: false })
  await new Promise((resolve) => kept.once('secureConnect', resolve))
  use(second)
  const told = () => server.log().split('the settings were read again').length
  const before = told()
  process.kill(server.pid, 'SIGHUP')
  await until(() => told() > before, 'SIGHUP was not heard')
  const shows = () =>
    Promise.all(Array.from({ length: 8 }, () => curl(second, `${server.origin}/metrics`))).then(
      () => true,
      () => false,
    )
  await until(shows, 'the renewed certificate is not shown')
  kept.write('GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
  const text = await new Promise<string>((resolve) => {
    let all = ''
    kept.setEncoding('utf8').on('data', (part: string) => (all += part))
    kept.once('end', () => resolve(all))
  })
  const metrics = metricsIn(text.slice(text.indexOf('\r\n\r\n')))
  assert.ok(sumOf(metrics, 'dossier_tls_certificate_expiry_seconds') > Date.now() / 1000)
  assert.ok(sumOf(metrics, 'dossier_reloads_total', { outcome: 'done' }) >= 1)
})

test('a pair that does not fit leaves the old one in use, and the log says why', { skip }, async () => {
  copyFileSync(first.cert, live.cert)
  process.kill(server.pid, 'SIGHUP')
  await until(() => server.log().includes('does not belong to the certificate'), 'the refusal is not in the log')
  const line =
    server
      .log()
      .split('\n')
      .find((one) => one.includes('does not belong to the certificate')) ?? ''
  assert.match(line, /the settings could not be read again, the old ones stay: The key .*live\.key does not belong/)
  await curl(second, `${server.origin}/metrics`)
  use(second)
})

test('files that cannot be used stop the start with one sentence', { skip }, async () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['--tls-key', first.key], /TLS wants both tlsKey and tlsCert; tlsCert \(DOSSIER_TLS_CERT\) is not set/],
    [['--tls-key', second.key, '--tls-cert', first.cert], /does not belong to the certificate .*CN=first/],
  ]
  for (const [flags, sentence] of cases) {
    const { status, err } = await runProgram('serve', '--data', join(folder, 'data'), '--port', '0', ...flags)
    assert.equal(status, 1, err)
    assert.match(err, sentence)
    assert.equal(err.trim().split('\n').length, 1, err)
  }
})

test('a stop does not wait for connections that never finished their handshake', { skip }, async () => {
  const other = await startServer({ args: ['--tls-key', second.key, '--tls-cert', second.cert] })
  const idle = connectPlain(Number(new URL(other.origin).port), '127.0.0.1')
  const silent = connect({ host: '127.0.0.1', port: Number(new URL(other.origin).port), rejectUnauthorized: false })
  for (const socket of [idle, silent]) socket.on('error', () => undefined)
  await Promise.all([
    new Promise((resolve) => idle.once('connect', resolve)),
    new Promise((resolve) => silent.once('secureConnect', resolve)),
  ])
  const began = Date.now()
  assert.equal(await other.stop(), 0)
  assert.ok(Date.now() - began < 10_000)
})
