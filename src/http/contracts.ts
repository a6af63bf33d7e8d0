import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { Actor } from '../core/access/actor.ts'
import type { Services } from '../core/services.ts'
import type { Fault } from '../core/model/fault.ts'
import type { Intake } from '../core/files/intake.ts'
import type { Attachment, AttachmentId, Caller, TokenKind } from '../core/model/model.ts'
import type { Sender } from './sender.ts'

/** A request without its body. */
export interface IncomingHead extends Sender {
  /** A UUID; also in the log and in the response's `x-request-id`. */
  readonly id: string
  readonly method: string
  /** Percent-encoded, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Of a duplicate header that must be unique (Content-Type, Authorization) Node keeps the first. */
  readonly headers: IncomingHttpHeaders
}

/** A handler's response as plain data; the server writes it. At most one of `json`, `text`, `bytes` and `stream`. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly text?: string
  /** `content-length` must be among the headers. */
  readonly bytes?: Uint8Array
  /** `content-length` must be among the headers. Destroyed by the server when the client disconnects. */
  readonly stream?: Readable
}

/** One part of a multipart form. Its bytes must be read (or `skip`ped) before the next part comes. */
export interface Part {
  /** 1 for the first. */
  readonly index: number
  readonly name: string
  /** Without folders, even if the client sent some; null if the part has no filename. */
  readonly filename: string | null
  /** The part's Content-Type as sent, without parameters, in lower case; null if it has none. */
  readonly type: string | null
  /** The part's Content-Transfer-Encoding; `7bit` if it has none. */
  readonly encoding: string
  /** The part's `x-dossier-sha256` as sent: the checksum of its bytes that the client announces; null if it has none. */
  readonly digest: string | null
  /** Has a filename or a Content-Type: distinguishes a file from a text field, independently of the type. */
  readonly isFile: boolean
  readonly bytes: AsyncIterable<Uint8Array>
  /** The whole part as UTF-8 text; throws a Fault if it is longer than `limit` bytes. */
  text(limit?: number): Promise<string>
  skip(): Promise<void>
}

export type BodyKind = 'none' | 'multipart' | 'urlencoded' | 'other'

/** One request as a dialect's handler receives it. */
export interface Call extends IncomingHead {
  /** The route's `:names`, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** Only for routes that need one; on others, reading it is a bug of the dialect and throws. */
  readonly caller: Caller
  readonly services: Services
  /** `http://host:port` without a trailing slash; for URLs in responses. */
  readonly origin: string
  /** Aborted when the client disconnects, the request takes too long or the time to stop the server is over. */
  readonly signal: AbortSignal
  readonly bodyKind: BodyKind
  /** In wire order. Throws a Fault that says what is wrong with the form, or that the body is not a form. */
  parts(): AsyncIterable<Part>
  /** Parsed as JSON regardless of Content-Type; undefined for an empty body; throws a Fault if it is not JSON. At most 1 MiB. */
  json(): Promise<unknown>
  /** An application/x-www-form-urlencoded body of at most 1 MiB. */
  form(): Promise<URLSearchParams>
  /** Runs an intake for this request and its caller, or the actor it acts as. Handles Idempotency-Key and announced checksums. */
  intake<T>(take: (intake: Intake) => Promise<T>, actor?: Actor): Promise<T>
  /**
   * The bytes of an attachment as a response, with the headers that prevent a browser from executing them.
   * `type`: the Content-Type (default: the server's table by extension, never the type sent with the upload).
   * `names`: `extended` writes `filename*` alone, `both` a plain ASCII `filename` before it.
   * `bytes`: a small file's content, if it is already in memory.
   */
  send(attachment: Attachment, options: SendOptions): Promise<Answer>
  /** The same with Range and the conditional headers of RFC 9110. Fault: `invalid_input` for a range outside the file. */
  sendPart(attachment: Attachment): Promise<Answer>
  /** A ZIP of these files, streamed, with a known length; `first` is its first entry. */
  sendArchive(archive: ArchiveRequest): Answer
  /** The attachment that a URL of this server names, in any dialect's format; null for any other URL. */
  attachmentAt(url: string): AttachmentReference | null
}

export interface SendOptions {
  readonly type?: string
  readonly names: 'extended' | 'both'
  readonly bytes?: Uint8Array | null
  /** Whether the response may redirect to the blob store, if that is enabled. No vendor's API answers 302. */
  readonly mayRedirect?: true
}

export interface ArchiveRequest {
  /** Name of the archive, without `.zip`. */
  readonly name: string
  readonly first: { readonly path: string; readonly text: string }
  readonly files: readonly { readonly path: string; readonly attachment: Attachment }[]
}

export type AttachmentReference = { readonly attachment: AttachmentId } | { readonly document: string }

/** Whether these scopes are sufficient for this route with these params. */
export type Permits = (scopes: ReadonlySet<string>, params: Readonly<Record<string, string>>) => boolean

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** find-my-way's syntax: `/contacts/:id`. GET answers HEAD too. */
  readonly path: string
  /** `nobody`: no token is required. `caller`: any valid token. */
  readonly needs: 'nobody' | 'caller' | Permits
  /** Name of the operation in the coverage table. */
  readonly operation: string
  /** Its part of the OpenAPI document. */
  readonly about?: About
  answer(call: Call): Promise<Answer>
}

/** Source of the OpenAPI document. Tests compare it with the route tables, and every response of the e2e tests with it. */
export interface About {
  /** OpenAPI tag under which it is listed. */
  readonly tag: string
  /** Markdown. */
  readonly description?: string
  readonly query?: z.ZodObject
  /** Request headers that have an effect, with their descriptions. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: {
    readonly type: 'application/json' | 'multipart/form-data' | 'application/x-www-form-urlencoded'
    readonly schema: z.ZodType
    readonly optional?: boolean
  }
  /** By status. Refusals in the dialect's usual shape need not be listed. */
  readonly answers: Readonly<Record<number, AnswerAbout>>
}

export interface AnswerAbout {
  readonly description: string
  /** Null: no body. */
  readonly schema: z.ZodType | null
  /** Media type of the body; JSON by default. */
  readonly type?: string
}

/** Applies to all routes of a dialect. */
export interface DialectAbout {
  /** Markdown. */
  readonly description: string
  /** How its token is sent, as an OpenAPI security scheme. */
  readonly security: Readonly<Record<string, unknown>>
  /** Every refusal that a route does not list. */
  readonly refusal: AnswerAbout
  /** Descriptions of the `:names` in its paths. */
  readonly params: Readonly<Record<string, string>>
  /** Request headers of every route that needs a token (HighLevel's Version). */
  readonly headers?: Readonly<Record<string, string>>
}

/** One CRM's wire protocol. Every dialect's folder has the same files; no code outside of it knows the dialect's terms. */
export interface Dialect {
  readonly name: string
  /** Whether it answers requests for this path, including unknown routes. */
  owns(path: string): boolean
  /** Whether a valid token is required even for the answer that a path or method does not exist. */
  readonly hidesRoutes: boolean
  /** Precondition of all its routes that need a token, checked between token and scope (HighLevel's Version header); throws a Fault. */
  check?(head: IncomingHead): void
  /** Counts a call against the caller's limits; `refused` if it exceeds them. The headers are sent with every response. */
  throttle?(caller: Caller): { readonly headers: Readonly<Record<string, string>>; readonly refused: Fault | null }
  /** Called when a call that `throttle` admitted has been answered. */
  answered?(caller: Caller): void
  readonly routes: readonly Route[]
  readonly about?: DialectAbout
  /** The kinds of tokens that were made for it; it takes no others. */
  readonly tokenKinds: readonly TokenKind[]
  secret(head: IncomingHead): string | null
  refuse(fault: Fault, head: IncomingHead): Answer
  /** Headers of every response, including refusals. */
  headers?(head: IncomingHead, caller: Caller | null): Readonly<Record<string, string>>
  readonly cors: CorsRule
  /** The attachment that a path of this dialect names. */
  attachmentAt?(path: string): AttachmentReference | null
}

/** `credentials`: known origins only, named exactly, with credentials. `anyone`: `*`, without credentials. */
export interface CorsRule {
  readonly mode: 'credentials' | 'anyone'
  readonly methods: readonly string[]
  /** Exceptions: paths that no page of another origin may read. */
  readonly conceals?: (path: string) => boolean
  /** Response headers that pages may read, besides `x-request-id` and `x-dossier-hint`. */
  readonly exposes: readonly string[]
}
