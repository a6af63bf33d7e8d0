import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { Actor } from '../core/access/access.ts'
import type { Services } from '../core/services.ts'
import type { Fault } from '../core/model/fault.ts'
import type { Intake } from '../core/files/intake.ts'
import type { Attachment, AttachmentId, Caller } from '../core/model/model.ts'
import type { Sender } from './sender.ts'

/** What is known of a request before its body. */
export interface IncomingHead extends Sender {
  /** A uuid; also in the log and in the answer's `x-request-id`. */
  readonly id: string
  readonly method: string
  /** Percent-encoded, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Of a header sent twice Node keeps the first where only one may be (Content-Type, Authorization). */
  readonly headers: IncomingHttpHeaders
}

/** What a handler answers: plain data; the door does the rest. At most one of `json`, `text`, `bytes` and `stream`. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly text?: string
  /** `content-length` must be among the headers. */
  readonly bytes?: Uint8Array
  /** `content-length` must be among the headers. Destroyed by the door when the client goes away. */
  readonly stream?: Readable
}

/** One part of a multipart form. Its bytes must be read (or `skip`ped) before the next part comes. */
export interface Part {
  /** 1 for the first. */
  readonly index: number
  readonly name: string
  /** Without folders, whatever the client sent; null when the part has none. */
  readonly filename: string | null
  /** The part's Content-Type as sent, without parameters, in lower case; null when it has none. */
  readonly type: string | null
  /** The part's Content-Transfer-Encoding; `7bit` when it has none. */
  readonly encoding: string
  /** The part's `x-dossier-sha256` as sent: the checksum of its bytes that the client announces; null when it has none. */
  readonly digest: string | null
  /** Has a filename or a Content-Type: what tells a file from a text, whatever the type says. */
  readonly isFile: boolean
  readonly bytes: AsyncIterable<Uint8Array>
  /** The whole part as UTF-8 text; a Fault when it is longer than `limit` bytes. */
  text(limit?: number): Promise<string>
  skip(): Promise<void>
}

export type BodyKind = 'none' | 'multipart' | 'urlencoded' | 'other'

/** What a dialect is handed for one request. */
export interface Call extends IncomingHead {
  /** The route's `:names`, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** Only for routes that need one; reading it elsewhere is a mistake of the dialect and throws. */
  readonly caller: Caller
  readonly services: Services
  /** `http://host:port`, no slash at the end; for URLs in answers. */
  readonly origin: string
  /** Aborted when the client goes away, the request takes too long or the server is told to stop for good. */
  readonly signal: AbortSignal
  readonly bodyKind: BodyKind
  /** In wire order. A Fault says what is wrong with the form; a body that is no form says so too. */
  parts(): AsyncIterable<Part>
  /** JSON whatever the Content-Type says; undefined for an empty body; a Fault when it is not JSON. At most 1 MiB. */
  json(): Promise<unknown>
  /** An application/x-www-form-urlencoded body of at most 1 MiB. */
  form(): Promise<URLSearchParams>
  /** The desk's intake for this request and its caller (or whom it acts as); repeats under an Idempotency-Key and announced checksums are seen to. */
  intake<T>(take: (intake: Intake) => Promise<T>, actor?: Actor): Promise<T>
  /**
   * The bytes of an attachment as an answer, with the headers that keep a browser from running them.
   * `type`: what Content-Type says (default: our own table by extension, never the upload's word).
   * `names`: `extended` gives `filename*` alone, `both` a plain ASCII `filename` before it.
   * `bytes`: a small file's, when they are at hand already.
   */
  send(attachment: Attachment, options: SendOptions): Promise<Answer>
  /** The same, answering to Range and to the conditions of RFC 9110. Fault: `invalid_input` for a range outside. */
  sendPart(attachment: Attachment): Promise<Answer>
  /** A ZIP of these files, streamed, with its length known beforehand; `first` goes before them. */
  sendArchive(archive: ArchiveRequest): Answer
  /** The attachment that a URL of this server names, in any dialect's way; null for any other URL. */
  attachmentAt(url: string): AttachmentReference | null
}

export interface SendOptions {
  readonly type?: string
  readonly names: 'extended' | 'both'
  readonly bytes?: Uint8Array | null
  /** Whether the client may be sent on to the store that has the bytes, where that is set so; no vendor's wire says 302. */
  readonly mayRedirect?: true
}

export interface ArchiveRequest {
  /** Of the archive itself, without `.zip`. */
  readonly name: string
  readonly first: { readonly path: string; readonly text: string }
  readonly files: readonly { readonly path: string; readonly attachment: Attachment }[]
}

export type AttachmentReference = { readonly attachment: AttachmentId } | { readonly document: string }

/** Whether these scopes suffice for this route with these params. */
export type Permits = (scopes: ReadonlySet<string>, params: Readonly<Record<string, string>>) => boolean

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** find-my-way's syntax: `/contacts/:id`. GET answers HEAD too. */
  readonly path: string
  /** `nobody`: no token is asked for. `caller`: any valid token. */
  readonly needs: 'nobody' | 'caller' | Permits
  /** What the coverage table calls it. */
  readonly operation: string
  /** What the API's description says of it. */
  readonly about?: About
  answer(call: Call): Promise<Answer>
}

/** What the API's description is made of. A test holds it against the route tables, and every answer of the e2e tests against it. */
export interface About {
  /** The group it is shown in. */
  readonly tag: string
  /** Markdown. */
  readonly description?: string
  readonly query?: z.ZodObject
  /** Request headers that make a difference, and what they do. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: {
    readonly type: 'application/json' | 'multipart/form-data' | 'application/x-www-form-urlencoded'
    readonly schema: z.ZodType
    readonly optional?: boolean
  }
  /** By status. A refusal in the dialect's usual shape need not be named. */
  readonly answers: Readonly<Record<number, AnswerAbout>>
}

export interface AnswerAbout {
  readonly description: string
  /** Null: no body. */
  readonly schema: z.ZodType | null
  /** Of the body; JSON unless named. */
  readonly type?: string
}

/** What holds for all routes of a dialect. */
export interface DialectAbout {
  /** Markdown. */
  readonly description: string
  /** How its token is sent, as OpenAPI's security schemes have it. */
  readonly security: Readonly<Record<string, unknown>>
  /** Of every refusal that a route does not name. */
  readonly refusal: AnswerAbout
  /** What the `:names` of its paths stand for. */
  readonly params: Readonly<Record<string, string>>
  /** Request headers of every route that needs a token (HighLevel's Version). */
  readonly headers?: Readonly<Record<string, string>>
}

/** One wire language. Equal files in every dialect's folder; nothing outside the folder knows its words. */
export interface Dialect {
  readonly name: string
  /** Which paths it answers for, unknown ones included. */
  owns(path: string): boolean
  /** Whether only a valid token may learn that a path or method does not exist. */
  readonly hidesRoutes: boolean
  /** What must hold before any route of it that needs a token, between token and scope (HighLevel's Version header); throws a Fault. */
  check?(head: IncomingHead): void
  /** Counts a call against the caller's limits; `refused` when it is one too many. Headers go on every answer. */
  throttle?(caller: Caller): { readonly headers: Readonly<Record<string, string>>; readonly refused: Fault | null }
  /** A call that `throttle` let in has been answered. */
  answered?(caller: Caller): void
  readonly routes: readonly Route[]
  readonly about?: DialectAbout
  secret(head: IncomingHead): string | null
  refuse(fault: Fault, head: IncomingHead): Answer
  /** Headers on every answer, refusals included. */
  headers?(head: IncomingHead, caller: Caller | null): Readonly<Record<string, string>>
  readonly cors: CorsRule
  /** The attachment that a path of this dialect names. */
  attachmentAt?(path: string): AttachmentReference | null
}

/** `credentials`: only known origins, with credentials, exactly named. `anyone`: `*`, without. */
export interface CorsRule {
  readonly mode: 'credentials' | 'anyone'
  readonly methods: readonly string[]
  /** Paths that no page of another origin may read, although the rest may be read. */
  readonly conceals?: (path: string) => boolean
  /** Allowed besides what the preflight asks for. */
  readonly exposes: readonly string[]
}
