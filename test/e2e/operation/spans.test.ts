// Spans as an operator gets them: a real SDK, loaded by --import, sends them to a collector, which is this test.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { until } from './data-folder.ts'
import { root, startServer, type Server } from '../support/server.ts'
import { createTenant, type Tenant } from '../support/tenant.ts'

interface WireSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { key: string; value: { stringValue?: string; intValue?: number } }[]
  readonly status: { code?: number }
}

interface Export {
  readonly resourceSpans: readonly {
    resource: { attributes: WireSpan['attributes'] }
    scopeSpans: readonly { scope: { name: string }; spans: readonly WireSpan[] }[]
  }[]
}

const exported: Export[] = []
const collector = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (part: string) => (body += part))
  request.once('end', () => {
    exported.push(JSON.parse(body) as Export)
    response.setHeader('content-type', 'application/json').end('{}')
  })
})
let server: Server
let tenant: Tenant
before(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const { port } = collector.address() as AddressInfo
  server = await startServer({
    args: ['--workers', '2'],
    env: {
      NODE_OPTIONS: `--import ${join(root, 'deploy', 'tracing.mjs')}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(port)}`,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
  })
  tenant = await createTenant(server)
})
after(async () => {
  await server.stop()
  collector.closeAllConnections()
  collector.close()
})

function spans(): WireSpan[] {
  return exported.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  )
}

function attribute(span: WireSpan | undefined, key: string): string | number | undefined {
  const value = span?.attributes.find((one) => one.key === key)?.value
  return value?.stringValue ?? value?.intValue
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'

test('an upload is a span under the caller’s, with its phases as children', async () => {
  const form = new FormData()
  form.append('file', new File(['x'.repeat(200_000)], 'a.txt'))
  const response = await tenant.zoho(`/Leads/${tenant.leadId}/Attachments`, {
    method: 'POST',
    body: form,
    headers: { traceparent: `00-${TRACE}-${CALLER}-01` },
  })
  assert.equal(response.status, 200)
  const ours = () => spans().filter(({ traceId }) => traceId === TRACE)
  await until(() => ours().length >= 4, 'the spans did not arrive')
  const whole = ours().find(({ parentSpanId }) => parentSpanId === CALLER)
  assert.equal(whole?.name, 'POST /crm/v2/:module/:record/Attachments')
  assert.equal(whole.kind, 2)
  assert.equal(attribute(whole, 'http.route'), '/crm/v2/:module/:record/Attachments')
  assert.equal(attribute(whole, 'http.response.status_code'), 200)
  assert.equal(attribute(whole, 'dossier.organization'), tenant.org)
  assert.equal(attribute(whole, 'dossier.bytes'), 200_000)
  assert.equal(attribute(whole, 'dossier.request_id'), response.headers.get('x-request-id'))
  const phases = ours().filter(({ parentSpanId }) => parentSpanId === whole.spanId)
  assert.deepEqual(phases.map(({ name }) => name).sort(), ['authentication', 'commit', 'receive'])
  for (const phase of phases) {
    assert.ok(BigInt(phase.startTimeUnixNano) >= BigInt(whole.startTimeUnixNano), phase.name)
    assert.ok(BigInt(phase.endTimeUnixNano) <= BigInt(whole.endTimeUnixNano), phase.name)
  }
})

test('a refusal names its fault, without traceparent a trace begins, and nothing tells a path or a query', async () => {
  const response = await fetch(`${server.origin}/crm/v2/Leads/geheim?word=geheim`)
  const id = response.headers.get('x-request-id') ?? ''
  const found = () => spans().find((span) => attribute(span, 'dossier.request_id') === id)
  await until(() => found() !== undefined, 'the span did not arrive')
  assert.equal(attribute(found(), 'error.type'), 'unauthenticated')
  assert.equal(found()?.parentSpanId ?? '', '')
  assert.ok(!JSON.stringify(exported).includes('geheim'))
  assert.ok(!JSON.stringify(exported).includes(tenant.zohoToken))
})

test('they come from a service named dossier', () => {
  const [first] = exported[0]?.resourceSpans ?? []
  assert.equal(first?.resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue, 'dossier')
  assert.equal(first.scopeSpans[0]?.scope.name, 'dossier')
})
