/** A URL of the store under which anybody may read one object for a moment (AWS Signature Version 4 in the query). */
import { createHash, createHmac } from 'node:crypto'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { ShownAs } from '../core/contracts.ts'

/** Long enough to follow a redirect; a download that has begun goes on. In seconds. */
const LASTS = 60

interface Target {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  /** Percent-encoded. */
  readonly path: string
}

/** Where the SDK would send the request; nothing is sent. */
async function targetOf(client: S3Client, bucket: string, name: string): Promise<Target> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: name })
  let target: Target | null = null
  command.middlewareStack.add(
    () => async (args) => {
      target = args.request as Target
      return { response: null, output: { $metadata: {} } }
    },
    { step: 'finalizeRequest', priority: 'high' },
  )
  await client.send(command)
  if (target === null) throw new Error('The SDK did not say where the object is')
  return target
}

export async function presigned(
  client: S3Client,
  at: { readonly bucket: string; readonly name: string },
  shown: ShownAs,
  now: Date = new Date(),
): Promise<string> {
  const [{ protocol, hostname, port, path }, credentials, region] = await Promise.all([
    targetOf(client, at.bucket, at.name),
    client.config.credentials(),
    client.config.region(),
  ])
  const host = port === undefined ? hostname : `${hostname}:${String(port)}`
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`
  const query = queryOf({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(LASTS),
    'X-Amz-SignedHeaders': 'host',
    ...(credentials.sessionToken !== undefined && { 'X-Amz-Security-Token': credentials.sessionToken }),
    'response-cache-control': 'private, no-store',
    'response-content-disposition': shown.disposition,
    'response-content-type': shown.type,
  })
  const request = ['GET', path, query, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const said = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(request).digest('hex')].join('\n')
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`)
  return `${protocol}//${host}${path}?${query}&X-Amz-Signature=${hmac(key, said).toString('hex')}`
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** In order of name, with everything percent-encoded but RFC 3986's unreserved characters. */
function queryOf(params: Readonly<Record<string, string>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&')
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
