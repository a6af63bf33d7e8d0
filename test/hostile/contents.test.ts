// What a file may be, and what a browser may make of it once it is served.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ReplayOutcome } from '../e2e/all-wires/clients/outcome.ts'
import { countersOf, mustWork, upload, type Counter } from '../e2e/support/counter.ts'
import { mustLeaveNothing } from '../e2e/operation/data-folder.ts'
import { form, type FormPart } from '../e2e/support/form.ts'
import { exchange } from '../e2e/support/raw.ts'
import { startServer, type Server } from '../e2e/support/server.ts'
import { createTenant, jsonBody, type Tenant } from '../e2e/support/tenant.ts'

let server: Server
let tenant: Tenant
let zoho: Counter
let highlevel: Counter

before(async () => {
  server = await startServer()
  tenant = await createTenant(server)
  ;[zoho, highlevel] = countersOf(server, tenant) as [Counter, Counter]
})
after(() => server.stop())

type Content = Omit<FormPart, 'name'> & { readonly filename: string }

async function mustRefuse(counter: Counter, content: Content): Promise<void> {
  await mustLeaveNothing(server, async () => {
    const answer = await upload(server, counter, form({ ...content, name: counter.partName() }))
    assert.equal(counter.refusalOf(answer).status, 400, `${content.filename}: ${answer.body}`)
  })
}

/** Uploads it and looks at how it is served: saved and not shown, its type not guessed, and powerless if it is shown. */
async function mustBeInert(counter: Counter, content: Content): Promise<ReplayOutcome> {
  const answer = await upload(server, counter, form({ ...content, name: counter.partName() }))
  assert.equal(answer.status, 200, answer.body)
  const [url = ''] = counter.urlsOf(answer).slice(-1)
  const served = await exchange(server.origin, {
    method: 'GET',
    target: new URL(url).pathname,
    headers: counter.headers,
  })
  assert.equal(served.status, 200)
  assert.match(served.headers.get('content-disposition') ?? '', /^attachment;/)
  assert.equal(served.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(served.headers.get('content-security-policy'), "default-src 'none'; sandbox")
  assert.doesNotMatch(served.headers.get('content-type') ?? 'text/html', /html|javascript|^text\/xml/)
  return served
}

const program = (magic: string) =>
  Buffer.concat([
    Buffer.from(magic, 'latin1'),
    Buffer.alloc(200, 0x90),
    Buffer.from('This program cannot be run in DOS mode'),
  ])
const PROGRAMS = {
  windows: program('MZ\x90\0\x03\0\0\0'),
  elf: program('\x7fELF\x02\x01\x01\0'),
  mach: program('\xcf\xfa\xed\xfe\x07\0\0\x01'),
  java: program('\xca\xfe\xba\xbe\0\0\0\x34'),
}
const SCRIPT = '<script>alert(document.domain)</script>'
const SVG = `<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">${SCRIPT}</svg>`

test('class 18: executable content under an allowed name', async () => {
  for (const [kind, bytes] of Object.entries(PROGRAMS)) {
    for (const extension of ['pdf', 'jpg', 'docx', 'txt', 'csv', 'zip', 'mp4', 'svg']) {
      await mustRefuse(highlevel, { filename: `${kind}.${extension}`, type: 'application/pdf', bytes })
    }
    // The other dialect takes every type but one, by name: there it must do no harm.
    await mustBeInert(zoho, { filename: `${kind}.pdf`, type: 'application/pdf', bytes })
  }
  const large = Buffer.concat([PROGRAMS.windows, Buffer.alloc(100_000, 'x')])
  await mustRefuse(highlevel, { filename: 'large.pdf', bytes: large })
  await mustWork(server, highlevel)
  await mustWork(server, zoho)
})

test('class 19: stored XSS by SVG', async () => {
  const served = await mustBeInert(highlevel, { filename: 'a.svg', type: 'image/svg+xml', bytes: SVG })
  assert.equal(served.body, SVG)
  await mustBeInert(zoho, { filename: 'a.svg', type: 'image/svg+xml', bytes: SVG })
  await mustBeInert(zoho, { filename: 'a.svg', type: 'text/html', bytes: Buffer.from(SVG.padEnd(100_000)) })
  await mustWork(server, highlevel)
})

test('class 20: stored XSS by type confusion', async () => {
  const pages = {
    plain: `<html>${SCRIPT}</html>`,
    doctype: `<!DOCTYPE html><title>x</title>${SCRIPT}`,
    spaced: `\n\n  \t<HTML>${SCRIPT}`,
    marked: `\ufeff<script>alert(1)</script>`,
    commented: `<!-- x --><body onload=alert(1)>`,
    xml: SVG,
    stylesheet: `<?xml version="1.0"?><?xml-stylesheet href="x"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>`,
  }
  for (const bytes of Object.values(pages)) {
    for (const filename of ['a.jpg', 'a.png', 'a.gif', 'a.pdf', 'a.mp4']) {
      await mustRefuse(highlevel, { filename, type: 'image/jpeg', bytes })
    }
    // Where text is taken, and where every type is: the upload's own word for the type is not repeated.
    for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/xml', 'text/javascript']) {
      await mustBeInert(highlevel, { filename: 'a.txt', type, bytes })
      await mustBeInert(zoho, { filename: 'a.jpg', type, bytes })
      await mustBeInert(zoho, { filename: 'a.html', type, bytes })
    }
  }
  await mustWork(server, highlevel)
  await mustWork(server, zoho)
})

test('class 22: XSS through the file name, in JSON, HTML, headers', async () => {
  const names = [
    `<img src=x onerror=alert(1)>.txt`,
    `"><svg onload=alert(1)>.txt`,
    `a'; filename='b.txt`,
    `%0d%0aX: y.txt`,
    `</script>${'<script>'}.txt`,
    `"; x="y.txt`,
  ]
  const isQuiet = ({ headers }: ReplayOutcome) => {
    assert.match(headers.get('content-type') ?? '', /^application\/json; ?charset=utf-8$/i)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
  }
  for (const counter of [zoho, highlevel]) {
    for (const filename of names) {
      const served = await mustBeInert(counter, { filename: filename.replaceAll('"', '%22'), bytes: filename })
      const disposition = served.headers.get('content-disposition') ?? ''
      assert.match(
        disposition,
        /^attachment; (filename="[^"\\<>]*"; )?filename\*=UTF-8''[A-Za-z0-9._~%-]+$|^attachment; filename="[^"\\]*"; filename\*=UTF-8''[A-Za-z0-9._~%-]+$/,
      )
      assert.equal([...served.headers.keys()].includes('x'), false)
      isQuiet(
        await upload(
          server,
          counter,
          form({ name: counter.partName(), filename: filename.replaceAll('"', '%22'), bytes: filename }),
        ),
      )
      // A refusal repeats what it found.
      isQuiet(
        await upload(server, counter, form({ name: filename.replaceAll('"', '%22'), filename: 'a.exe', bytes: 'x' })),
      )
    }
    for (const target of ['/<script>alert(1)</script>', '/crm/v2/<script>alert(1)</script>/1/Attachments']) {
      isQuiet(await exchange(server.origin, { method: 'GET', target, headers: counter.headers }))
    }
    await mustWork(server, counter)
  }
  isQuiet(
    await exchange(server.origin, {
      method: 'GET',
      target: `/crm/v2/Leads/${tenant.leadId}/Attachments`,
      headers: zoho.headers,
    }),
  )
  const unknown = await tenant.highlevel('/contacts/', jsonBody({ [`<script>`]: SCRIPT, locationId: SCRIPT }))
  assert.equal(unknown.headers.get('x-content-type-options'), 'nosniff')
})
