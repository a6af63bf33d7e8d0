// Every way in which an upload is refused, as requests: what is asked of them is that they leave nothing.
import { countersOf, type Counter } from './counter.ts'
import { BOUNDARY, form, FORM_TYPE, openPart, partHead, type FormPart } from './form.ts'
import type { RawRequest } from './raw.ts'
import type { Server } from './server.ts'
import { createToken, type Tenant } from './tenant.ts'

export interface Refusal {
  readonly kind: string
  readonly counter: Counter
  readonly request: RawRequest
  readonly body: Uint8Array
}

const SIZES = { small: 1_000, large: 200_000 }

/** A SHA-256 that nothing has. */
const NO_DIGEST = `${'A'.repeat(43)}=`

type Words = Partial<Pick<RawRequest, 'method' | 'target'>> & { readonly headers?: Record<string, string> }

/** The same words with a small and a large file behind them. */
export async function refusalsOfRequests(server: Server, tenant: Tenant, stranger: Tenant): Promise<Refusal[]> {
  const [zoho, highlevel] = countersOf(server, tenant) as [Counter, Counter]
  const others = countersOf(server, stranger)
  const unfit = {
    zoho: await createToken(server, tenant.org, 'zoho', 'ZohoCRM.modules.READ'),
    highlevel: await createToken(server, tenant.org, 'private', 'contacts.write'),
    expired: await createToken(server, tenant.org, 'private', 'forms.write', '--expires-in', '1'),
  }
  const common = (counter: Counter, token: string): Record<string, Words> => ({
    'no token': { headers: { authorization: '' } },
    'unknown token': { headers: { authorization: 'Bearer nobody' } },
    'token without the scope': { headers: { authorization: `Bearer ${token}` } },
    "another organization's token": { headers: { ...others.find(({ name }) => name === counter.name)?.headers } },
    'wrong method': { method: 'PATCH' },
    'form type without a boundary': { headers: { 'content-type': 'multipart/form-data' } },
    'illegal boundary': { headers: { 'content-type': 'multipart/form-data; boundary=a{b' } },
    'another boundary': { headers: { 'content-type': 'multipart/form-data; boundary=another' } },
    'not a form': { headers: { 'content-type': 'application/json' } },
    'checksum of another body': { headers: { 'content-digest': `sha-256=:${NO_DIGEST}:` } },
    'broken checksum': { headers: { 'content-digest': 'sha-256=:x:' } },
    'broken idempotency key': { headers: { 'idempotency-key': 'x'.repeat(256) } },
  })
  const finer: [Counter, Record<string, Words>][] = [
    [
      zoho,
      {
        ...common(zoho, unfit.zoho),
        'unknown module': { target: zoho.target.replace('Leads', 'Nothings') },
        'unsupported module': { target: zoho.target.replace('Leads', 'Documents') },
        'unknown record': { target: zoho.target.replace(tenant.leadId, '1000000000000000001') },
        "another organization's record": { target: zoho.target.replace(tenant.leadId, stranger.leadId) },
        'unknown path': { target: `${zoho.target}/1/2` },
        'link that is none': { target: `${zoho.target}?attachmentUrl=nowhere` },
        'photo that is no picture': { target: zoho.target.replace('Attachments', 'photo') },
        'photo of a record without one': {
          target: zoho.target.replace('Leads', 'Notes').replace('Attachments', 'photo'),
        },
      },
    ],
    [
      highlevel,
      {
        ...common(highlevel, unfit.highlevel),
        'expired token': { headers: { authorization: `Bearer ${unfit.expired}` } },
        'no version': { headers: { version: '' } },
        'unknown version': { headers: { version: '2020-01-01' } },
        'unknown contact': { target: highlevel.target.replace(tenant.contact.highlevel, 'AAAAAAAAAAAAAAAAAAAA') },
        "another location's contact": {
          target: highlevel.target.replace(tenant.contact.highlevel, stranger.contact.highlevel),
        },
        'another location': { target: highlevel.target.replace(tenant.location, stranger.location) },
        'no contact named': { target: `/forms/upload-custom-files?locationId=${tenant.location}` },
        'unknown query key': { target: `${highlevel.target}&opportunityId=1` },
        'unknown path': { target: '/forms/upload-custom-file' },
        'sibling of another location': { target: `/locations/${stranger.location}/customFields/upload` },
      },
    ],
  ]
  return finer.flatMap(([counter, kinds]) =>
    Object.entries(kinds).flatMap(([kind, words]) =>
      Object.entries(SIZES).map(([size, bytes]) => ({
        kind: `${kind}, ${size}`,
        counter,
        request: requestTo(counter, words),
        body: form({ name: counter.partName(), filename: 'a.txt', bytes: Buffer.alloc(bytes, 'x') }),
      })),
    ),
  )
}

/** Each spoilt part alone and behind a good one, small and large. */
export function refusalsOfParts(server: Server, tenant: Tenant): Refusal[] {
  return countersOf(server, tenant).flatMap((counter) =>
    Object.entries(SIZES).flatMap(([size, length]) => {
      const good = openPart({ name: counter.partName(), filename: 'good.txt', bytes: Buffer.alloc(length, 'g') })
      return Object.entries(spoiltParts(counter, tenant, Buffer.alloc(length, 'x'))).flatMap(([kind, spoilt]) => [
        { kind: `${kind}, ${size}`, counter, request: requestTo(counter, {}), body: spoilt },
        {
          kind: `${kind}, ${size}, behind a good file`,
          counter,
          request: requestTo(counter, {}),
          body: Buffer.concat([good, spoilt]),
        },
      ])
    }),
  )
}

function spoiltParts(counter: Counter, tenant: Tenant, bytes: Buffer): Record<string, Buffer> {
  const name = counter.partName()
  const file = (part: Partial<FormPart>) => form({ name, filename: 'b.txt', bytes, ...part })
  const open = openPart({ name, filename: 'b.txt', bytes })
  const both = {
    'program by its name': file({ filename: 'b.exe' }),
    'NUL in the name': file({ filename: 'b\0.txt' }),
    'name too long': file({ filename: `${'b'.repeat(300)}.txt` }),
    'no part name': file({ name: '' }),
    'form that breaks off in a file': open.subarray(0, open.length - 20),
    'form without its last line': open,
    'form that breaks off in a head': Buffer.concat([
      open,
      Buffer.from(partHead({ name, filename: 'c.txt', bytes: '' })).subarray(0, 40),
    ]),
    'header that is none': Buffer.from(`--${BOUNDARY}\r\n:\r\n\r\n${String(bytes)}\r\n--${BOUNDARY}--\r\n`),
    'two names for one file': file({ filename: 'b.txt"; filename="c.txt' }),
    'checksum of another file': Buffer.from(
      form({ name, filename: 'b.txt', bytes })
        .toString('latin1')
        .replace('\r\n\r\n', `\r\nx-dossier-sha256: ${'0'.repeat(64)}\r\n\r\n`),
      'latin1',
    ),
    'too many parts': Buffer.concat([...Array.from({ length: 101 }, () => openPart({ name: 'f', bytes: 'x' })), open]),
  }
  if (counter.name === 'zoho')
    return { ...both, 'link that is none': form({ name: 'attachmentUrl', bytes: 'nowhere' }) }
  return {
    ...both,
    'unknown field': file({ name: 'AAAAAAAAAAAAAAAAAAAA_1' }),
    'field of texts': file({ name: `${tenant.textFieldId}_1` }),
    'type that is not taken': file({ filename: 'b.iso' }),
    'content of another type': file({ filename: 'b.png', bytes: Buffer.concat([Buffer.from('%PDF-1.7\n'), bytes]) }),
    'one file too many': form(
      ...Array.from({ length: 16 }, () => ({
        name: counter.partName(),
        filename: 'b.txt',
        bytes: bytes.subarray(0, 70_000),
      })),
    ),
  }
}

function requestTo(counter: Counter, { headers, ...words }: Words): RawRequest {
  return { target: counter.target, ...words, headers: { ...counter.headers, 'content-type': FORM_TYPE, ...headers } }
}
