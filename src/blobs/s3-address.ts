/** A URL of the store under which anybody may read one object for a moment. */
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { SignatureV4 } from '@smithy/signature-v4'
import type { DownloadHeaders } from '../core/ports/contracts.ts'

/** Long enough to follow a redirect; a download that has begun goes on. In seconds. */
const LASTS = 60

type Request = Parameters<SignatureV4['presign']>[0]

/** What the SDK would send; nothing is sent. */
async function requestOf(client: S3Client, command: GetObjectCommand): Promise<Request> {
  let request: Request | null = null
  command.middlewareStack.add(
    () => async (args) => {
      request = args.request as Request
      return { response: null, output: { $metadata: {} } }
    },
    { step: 'finalizeRequest', priority: 'high' },
  )
  await client.send(command)
  if (request === null) throw new Error('The SDK did not say where the object is')
  return request
}

export async function presigned(
  client: S3Client,
  at: { readonly bucket: string; readonly name: string },
  shown: DownloadHeaders,
): Promise<string> {
  const command = new GetObjectCommand({
    Bucket: at.bucket,
    Key: at.name,
    ResponseCacheControl: 'private, no-store',
    ResponseContentDisposition: shown.disposition,
    ResponseContentType: shown.type,
  })
  const request = await requestOf(client, command)
  const host = request.port === undefined ? request.hostname : `${request.hostname}:${String(request.port)}`
  const { credentials, region, sha256 } = client.config
  const signer = new SignatureV4({ service: 's3', credentials, region, sha256, uriEscapePath: false })
  // Whoever follows the redirect sends headers of its own: none but the host's name is signed.
  const asked = { ...request, headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, body: undefined }
  const { protocol, path, query = {} } = await signer.presign(asked, { expiresIn: LASTS })
  return `${protocol}//${host}${path}?${queryOf(query)}`
}

function queryOf(query: NonNullable<Request['query']>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encoded(String(value))}`)
    .join('&')
}

/** Everything but RFC 3986's unreserved characters, as it was signed. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
