/** Downloads that the store serves itself, by URLs that are good for a moment. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { root, startServer, type Server } from '../../support/server.ts'
import { createToken } from '../../support/tenant.ts'
import type { Cluster } from './cluster.ts'

const run = promisify(execFile)
const NAME = "Angebot für O'Neil (2).pdf"

export function testRedirects(cluster: () => Cluster): void {
  describe('downloads that are redirected', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dossier-redirect-'))
    const bytes = Buffer.concat([Buffer.from('%PDF-1.4'), randomBytes(300_000)])
    let server: Server
    let headers: Record<string, string>
    let content: string
    let upload: (bytes: Uint8Array<ArrayBuffer>, name: string) => Promise<string>

    before(async () => {
      server = await startServer({ args: ['--s3-redirect', 'on', '--log-level', 'warn'] })
      const { tenant } = cluster()
      headers = { authorization: `Bearer ${await createToken(server, tenant.org, 'native')}` }
      upload = async (file, name) => {
        const form = new FormData()
        form.append('file', new File([file], name))
        const target = `${server.origin}/crm/v2/Leads/${tenant.leadId}/Attachments`
        const own = { authorization: `Zoho-oauthtoken ${tenant.zohoToken}` }
        const answer = await fetch(target, { method: 'POST', body: form, headers: own })
        const { data } = (await answer.json()) as { data: { details: { id: string } }[] }
        const id = data[0]?.details.id ?? ''
        return `${server.origin}/api/v1/organizations/${tenant.org}/attachments/${id}/content`
      }
      content = await upload(bytes, NAME)
    })
    after(async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    })

    const ask = (init: RequestInit & { headers?: Record<string, string> } = {}, path = content) =>
      fetch(path, { redirect: 'manual', ...init, headers: { ...headers, ...init.headers } })

    test('a plain GET is sent on to the store, which names and types the file as this server would', async () => {
      const answer = await ask()
      assert.equal(answer.status, 302)
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      const location = new URL(answer.headers.get('location') ?? '')
      assert.equal(location.origin, cluster().ceph.endpoint)
      assert.equal(location.searchParams.get('X-Amz-Expires'), '60')
      const stored = await fetch(location)
      assert.equal(stored.status, 200)
      assert.equal(stored.headers.get('content-type'), 'application/pdf')
      const streamed = await ask({ headers: { range: 'bytes=0-' } })
      assert.equal(stored.headers.get('content-disposition'), streamed.headers.get('content-disposition'))
      assert.ok(bytes.equals(Buffer.from(await stored.arrayBuffer())))
      assert.ok(
        bytes.equals(Buffer.from(await (await fetch(content, { headers })).arrayBuffer())),
        'followed by itself',
      )
    })

    test('whoever touches the URL has nothing of it', async () => {
      const location = (await ask()).headers.get('location') ?? ''
      const changed = [
        location.replace('application%2Fpdf', 'text%2Fhtml'),
        location.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000'),
        location.replace(/files\/\w{4}/, 'files/0000'),
        location.replace(/&X-Amz-Signature=.*/, ''),
      ]
      for (const url of changed) assert.equal((await fetch(url)).status, 403, url)
    })

    test('HEAD, conditions, ranges, small files and the vendors’ wires are answered here', async () => {
      const head = await ask({ method: 'HEAD' })
      assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(bytes.length)])
      const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`
      assert.equal((await ask({ headers: { 'if-none-match': etag } })).status, 304)
      assert.equal((await ask({ headers: { 'if-none-match': '"other"' } })).status, 200)
      assert.equal((await ask({ headers: { range: 'bytes=5-9', 'if-range': etag } })).status, 206)
      assert.equal((await ask({}, await upload(Buffer.from('small'), 'small.txt'))).status, 200)
      const { ledger, tenant } = cluster()
      await ledger.upload(server, 'zoho', 200_000)
      await ledger.upload(server, 'highlevel', 200_000)
      for (const path of [...ledger.kept.keys()].slice(-2))
        assert.equal((await ledger.download(server, path, { redirect: 'manual' })).status, 200, path)
      assert.equal((await fetch(content.replace(tenant.org, '1'), { headers, redirect: 'manual' })).status, 404)
    })

    test('the command line follows, and looks at the hash all the same', async () => {
      const { tenant } = cluster()
      const main = join(root, 'src', 'main.ts')
      const token = (headers['authorization'] ?? '').replace('Bearer ', '')
      const from = ['--server', server.origin, '--token', token, '--record', tenant.leadId, '--to', folder, '--flat']
      await run(process.execPath, [main, 'get', ...from])
      assert.ok(bytes.equals(readFileSync(join(folder, NAME))))
    })
  })
}
