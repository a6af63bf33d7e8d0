/** Downloads that the blob store serves: the response redirects to a short-lived URL of the store. */
import { mediaTypeOf } from '../core/files/media-types.ts'
import type { Attachment } from '../core/model/model.ts'
import type { Answer, Call, SendOptions } from './contracts.ts'
import { contentDisposition } from './file-answer.ts'

/** Conditional and range requests are answered by this server, which knows the ETag; a plain GET has none of these headers. */
const CONDITIONS = ['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since']

/** Null: no redirect, because it is not enabled, the request is conditional, or the bytes have no URL in the store. */
export async function redirectAnswer(
  { services, headers, method }: Pick<Call, 'services' | 'headers' | 'method'>,
  attachment: Attachment,
  { type, names }: Pick<SendOptions, 'type' | 'names'>,
): Promise<Answer | null> {
  if (services.attachments.address === null || method !== 'GET') return null
  if (CONDITIONS.some((name) => headers[name] !== undefined)) return null
  const shown = {
    type: type ?? mediaTypeOf(attachment.name),
    disposition: contentDisposition(attachment.name, names),
  }
  const location = await services.attachments.address(attachment, shown)
  if (location === null) return null
  return { status: 302, headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } }
}
