/** Downloads that the store itself serves: the client is sent on to a URL that is good for a moment. */
import { mediaTypeOf } from '../core/files/media-types.ts'
import type { Attachment } from '../core/model/model.ts'
import type { Answer, Call, SendOptions } from './contracts.ts'
import { contentDisposition } from './file-answer.ts'

/** What a plain GET has none of: whoever names a part or a version is answered here, where its tag is known. */
const CONDITIONS = ['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since']

/** Null: not to be redirected, for nobody asked for it or the bytes do not lie in a store that has addresses. */
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
