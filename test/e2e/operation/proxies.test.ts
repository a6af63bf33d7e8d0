// Behind a reverse proxy that is trusted, and in front of peers that are not.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { until } from './data-folder.ts'
import { startServer, type Server } from '../support/server.ts'

let trusting: Server
let wary: Server
before(async () => {
  ;[trusting, wary] = await Promise.all([
    startServer({ args: ['--trusted-proxies', '10.0.0.0/8, 127.0.0.1'] }),
    startServer({ args: ['--trusted-proxies', '192.0.2.0/24'] }),
  ])
})
after(() => Promise.all([trusting.stop(), wary.stop()]))

const SAID = {
  'x-forwarded-for': '198.51.100.9, 203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'files.example.com',
}

/** The address in the request's line of the log. */
async function loggedAddress(server: Server, headers: Record<string, string>): Promise<unknown> {
  const response = await fetch(`${server.origin}/documents/download/none`, { headers })
  await response.arrayBuffer()
  const id = response.headers.get('x-request-id') ?? ''
  const line = () =>
    server
      .log()
      .split('\n')
      .find((one) => one.includes(id) && one.includes('"msg":"request"'))
  await until(() => line() !== undefined, 'the request is not in the log')
  return (JSON.parse(line() ?? '{}') as { address?: unknown }).address
}

test('the log knows the client that a trusted proxy names, and no other', async () => {
  assert.equal(await loggedAddress(trusting, SAID), '203.0.113.7')
  assert.equal(await loggedAddress(trusting, { forwarded: 'for="[2001:db8::7]:4711";proto=https' }), '2001:db8::7')
  assert.equal(await loggedAddress(trusting, {}), '127.0.0.1')
  assert.equal(await loggedAddress(wary, SAID), '127.0.0.1')
})

test('the metrics are shown to whom the proxy names, when that is this machine', async () => {
  const status = async (server: Server, headers: Record<string, string>) =>
    (await fetch(`${server.origin}/metrics`, { headers })).status
  assert.equal(await status(trusting, {}), 200)
  assert.equal(await status(trusting, { 'x-forwarded-for': '127.0.0.1' }), 200)
  assert.equal(await status(trusting, SAID), 403)
  assert.equal(await status(trusting, { forwarded: 'for=_hidden' }), 403)
  assert.equal(await status(trusting, { ...SAID, forwarded: 'for=127.0.0.1' }), 403)
  assert.equal(await status(wary, { 'x-forwarded-for': '127.0.0.1' }), 403)
})

test('URLs in answers are what the client called the proxy', async () => {
  const { location } = await trusting.cli<{ location: string }>('org', 'create', '--name', 'T')
  const { token } = await trusting.cli<{ token: string }>(
    ...['token', 'create', '--kind', 'private', '--scope'],
    'forms.write,contacts.write,locations/customFields.write',
  )
  const ask = async <T>(server: Server, path: string, body: FormData | object): Promise<T> => {
    const isForm = body instanceof FormData
    const headers = { ...SAID, authorization: `Bearer ${token}`, version: '2021-07-28' }
    const response = await fetch(server.origin + path, {
      method: 'POST',
      headers: isForm ? headers : { ...headers, 'content-type': 'application/json' },
      body: isForm ? body : JSON.stringify(body),
    })
    return (await response.json()) as T
  }
  const { contact } = await ask<{ contact: { id: string } }>(trusting, '/contacts/', {
    locationId: location,
    firstName: 'A',
  })
  const { customField } = await ask<{ customField: { id: string } }>(trusting, `/locations/${location}/customFields`, {
    name: 'Papers',
    dataType: 'FILE_UPLOAD',
  })
  const form = new FormData()
  form.append(`${customField.id}_1`, new File(['x'], 'a.txt'))
  const target = `/forms/upload-custom-files?contactId=${contact.id}&locationId=${location}`
  const answer = JSON.stringify(await ask(trusting, target, form))
  assert.match(answer, /"https:\/\/files\.example\.com\/documents\/download\/\w{20}"/)
})
