/** Forms written byte by byte, so that a part may lack what a library would always send, and the upload call. */
import type { Tenant } from '../../e2e/support/tenant.ts'

export interface FormPart {
  readonly name: string
  /** Left out: no filename. */
  readonly filename?: string
  /** Left out: no Content-Type. */
  readonly type?: string
  readonly bytes: Uint8Array | string
}

const boundary = '----a-boundary-of-the-tests'

export function formBody(parts: readonly FormPart[]): RequestInit {
  const pieces = parts.flatMap(({ name, filename, type, bytes }) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`,
    filename === undefined ? '' : `; filename="${filename}"`,
    type === undefined ? '' : `\r\nContent-Type: ${type}`,
    '\r\n\r\n',
    bytes,
    '\r\n',
  ])
  return {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([...pieces, `--${boundary}--\r\n`].map((piece) => Buffer.from(piece))),
  }
}

export interface FileEntry {
  readonly meta: {
    readonly fieldname: string
    readonly originalname: string
    readonly encoding: string
    readonly mimetype: string
    readonly size: number
    readonly uuid: string
  }
  readonly url: string
  readonly documentId?: string
}

export interface Contact {
  readonly [name: string]: unknown
  readonly id: string
  readonly customFields: readonly { readonly id: string; readonly value: unknown }[]
}

/** The answer of any call here, refusals included. */
export interface Body {
  readonly [name: string]: unknown
  readonly statusCode: number
  readonly message: string | readonly string[]
  readonly error: string
  readonly traceId: string
  readonly contact: Contact
}

export function uploadPath(tenant: Pick<Tenant, 'location' | 'contact'>): string {
  return `/forms/upload-custom-files?contactId=${tenant.contact.highlevel}&locationId=${tenant.location}`
}

export async function upload(
  tenant: Tenant,
  parts: readonly FormPart[],
): Promise<{ status: number; body: Body; hint: string | null }> {
  const response = await tenant.highlevel(uploadPath(tenant), formBody(parts))
  return {
    status: response.status,
    body: (await response.json()) as Body,
    hint: response.headers.get('x-dossier-hint'),
  }
}

export function filesOf(contact: Contact, field: string): Readonly<Record<string, FileEntry>> {
  const value = contact.customFields.find(({ id }) => id === field)?.value
  return (value ?? {}) as Readonly<Record<string, FileEntry>>
}

export async function contactOf(tenant: Tenant): Promise<Contact> {
  const response = await tenant.highlevel(`/contacts/${tenant.contact.highlevel}`)
  return ((await response.json()) as Body).contact
}
