import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { form, mustRefuse } from '../support/files.ts'
import { startServer, type Server } from '../support/server.ts'
import { createTenant, mustJson, type Tenant } from '../support/tenant.ts'

interface Uploaded {
  readonly data: readonly {
    readonly code: string
    readonly message: string
    readonly details: { readonly id: string }
  }[]
}
type Row = Readonly<Record<string, unknown>>

let server: Server
let tenant: Tenant
let attachments: string

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  attachments = `/Leads/${tenant.leadId}/Attachments`
})
after(() => server.stop())

async function rowOf(response: Response): Promise<Row> {
  const { data } = await mustJson<Uploaded>(response, 200)
  assert.deepEqual(
    data.map(({ code, message }) => [code, message]),
    [['SUCCESS', 'attachment uploaded successfully']],
  )
  const listed = await mustJson<{ data: Row[] }>(await tenant.zoho(attachments), 200)
  return listed.data.find((row) => row['id'] === data[0]?.details.id) ?? {}
}

/** The target goes out exactly as written, without a body and without a Content-Type, as the SDKs send it. */
function postRaw(target: string): Promise<Response> {
  const { hostname, port } = new URL(server.origin)
  return new Promise((resolve, reject) => {
    const sent = request({
      host: hostname,
      port,
      path: `/crm/v2${target}`,
      method: 'POST',
      headers: { authorization: `Zoho-oauthtoken ${tenant.zohoToken}`, 'content-length': '0' },
    })
    sent.on('error', reject).on('response', (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      answer.on('end', () => {
        resolve(
          new Response(Buffer.concat(chunks), {
            status: answer.statusCode ?? 0,
            headers: answer.headers as Record<string, string>,
          }),
        )
      })
    })
    sent.end()
  })
}

test('a link in a form field is listed as a link', async () => {
  const url = 'https://www.example.com/from-a-form'
  const row = await rowOf(await tenant.zoho(attachments, form(['attachmentUrl', url])))
  assert.equal(row['$type'], 'Link URL')
  assert.equal(row['$link_url'], url)
  assert.equal(row['File_Name'], url)
  assert.equal(row['Size'], '0')
  assert.equal(row['$file_id'], null)
})

test('a link in the query, unencoded and with a trailing &, as the Node SDK sends it', async () => {
  const row = await rowOf(await postRaw(`${attachments}?attachmentUrl=https://example.com/x?from=sdk&`))
  assert.equal(row['$link_url'], 'https://example.com/x?from=sdk')
})

test('a link in the query, encoded, as the TypeScript SDK sends it', async () => {
  const url = 'https://example.com/y?a=1&b=ü'
  const row = await rowOf(await postRaw(`${attachments}?attachmentUrl=${encodeURIComponent(url)}`))
  assert.equal(row['$link_url'], url)
})

test('a link in an urlencoded body', async () => {
  const url = 'https://example.com/z?a=1&b=2'
  const body = new URLSearchParams({ attachmentUrl: url })
  assert.equal((await rowOf(await tenant.zoho(attachments, { method: 'POST', body })))['$link_url'], url)
})

test('a form with a file and a link in the query keeps both', async () => {
  const response = await tenant.zoho(
    `${attachments}?attachmentUrl=https://example.com/beside`,
    form(['file', new File(['beside'], 'beside.txt')]),
  )
  assert.equal((await mustJson<Uploaded>(response, 200)).data.length, 2)
})

test('the same link twice on one record is refused, on another it is not', async () => {
  const link = form(['attachmentUrl', 'https://example.com/twice'])
  const duplicate = { status: 400, code: 'INVALID_DATA', message: 'Attachment link already exists' }
  await rowOf(await tenant.zoho(attachments, link))
  await mustRefuse(await tenant.zoho(attachments, link), duplicate)
  const within = form(['attachmentUrl', 'https://example.com/within'], ['attachmentUrl', 'https://example.com/within'])
  await mustRefuse(await tenant.zoho(attachments, within), duplicate)
  const elsewhere = await tenant.zoho(`/Contacts/${tenant.contact.zoho}/Attachments`, link)
  assert.equal(elsewhere.status, 200, await elsewhere.text())
})

for (const url of [
  'no link',
  '/relative',
  '//example.com/without-scheme',
  'ftp://example.com/file',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'data:text/html,hello',
  'https:/example.com',
  'https://',
  `https://example.com/${'x'.repeat(3_000)}`,
]) {
  test(`${url.slice(0, 40)} is no link`, async () => {
    await mustRefuse(await tenant.zoho(attachments, form(['attachmentUrl', url])), {
      status: 400,
      code: 'INVALID_URL_PATTERN',
      message: 'the given attachment URL is incorrect',
    })
  })
}

test('an empty attachmentUrl is no link', async () => {
  await mustRefuse(await tenant.zoho(attachments, form(['attachmentUrl', ''])), {
    status: 400,
    code: 'INVALID_URL_PATTERN',
    message: 'the given attachment URL is incorrect',
  })
})

test('a link is stored and never fetched', async () => {
  const row = await rowOf(await tenant.zoho(attachments, form(['attachmentUrl', `${server.origin}/crm/v2/fetched`])))
  assert.equal(row['$type'], 'Link URL')
  assert.doesNotMatch(server.log(), /crm\/v2\/fetched/)
})

test('a link cannot be downloaded', async () => {
  const row = await rowOf(await tenant.zoho(attachments, form(['attachmentUrl', 'https://example.com/download'])))
  await mustRefuse(await tenant.zoho(`${attachments}/${String(row['id'])}`), {
    status: 400,
    code: 'INVALID_DATA',
    message: 'As it is a linked attachment, you can not download it',
  })
})
