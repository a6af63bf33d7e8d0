import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Services } from '../core/services.ts'
import { Fault } from '../core/model/fault.ts'
import type { Intake } from '../core/files/intake.ts'
import type { Attachment, Caller, Sha256 } from '../core/model/model.ts'
import { retryOf, type Retry } from '../core/files/idempotency.ts'
import { actorOf, type Actor } from '../core/access/actor.ts'
import { bodyKindOf, parseJson, readWhole } from './body.ts'
import { announcedDigest, checkWhole, partsOfChecked, receiptHeaders } from './content-digest.ts'
import { archiveAnswer } from './archive-answer.ts'
import type {
  Answer,
  ArchiveRequest,
  AttachmentReference,
  BodyKind,
  Call,
  IncomingHead,
  Part,
  SendOptions,
} from './contracts.ts'
import { fileAnswer } from './file-answer.ts'
import { partAnswer } from './part-answer.ts'
import { boundaryOf } from './multipart/boundary.ts'
import { readParts } from './multipart/parts.ts'
import type { Observer, RequestState } from './observer.ts'
import { redirectAnswer } from './redirect-answer.ts'

interface CallSources {
  readonly request: IncomingMessage
  readonly head: IncomingHead
  readonly params: Readonly<Record<string, string>>
  readonly caller: Caller | null
  readonly services: Services
  readonly origin: string
  readonly signal: AbortSignal
  readonly state: RequestState
  readonly observer: Observer
  readonly maxParts: number
  /** The attachment that a path of this server names, in any dialect's URL format. */
  readonly attachmentAtPath: (path: string) => AttachmentReference | null
}

export function createCall(sources: CallSources): HttpCall {
  return new HttpCall(sources)
}

class HttpCall implements Call {
  readonly #sources: CallSources
  readonly id: string
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly address: string
  readonly proxy: IncomingHead['proxy']
  readonly isSecure: boolean
  readonly host: string
  readonly params: Readonly<Record<string, string>>
  readonly services: Services
  readonly origin: string
  readonly signal: AbortSignal
  #retry: Retry | null = null
  readonly #receipts: Sha256[] = []

  constructor(sources: CallSources) {
    this.#sources = sources
    this.id = sources.head.id
    this.method = sources.head.method
    this.path = sources.head.path
    this.query = sources.head.query
    this.headers = sources.head.headers
    this.address = sources.head.address
    this.proxy = sources.head.proxy
    this.isSecure = sources.head.isSecure
    this.host = sources.head.host
    this.params = sources.params
    this.services = sources.services
    this.origin = sources.origin
    this.signal = sources.signal
  }

  get caller(): Caller {
    const { caller } = this.#sources
    if (caller === null) throw new Error(`the route ${this.method} ${this.path} asks for no token, so it has no caller`)
    return caller
  }

  get bodyKind(): BodyKind {
    return bodyKindOf(this.#sources.request)
  }

  parts(): AsyncIterable<Part> {
    const { request, signal, maxParts } = this.#sources
    const type = request.headers['content-type']
    if (this.bodyKind === 'none')
      throw new Fault(
        'invalid_input',
        'body',
        'The request has no body; a multipart/form-data form with at least one file was expected.',
        { reason: 'empty' },
      )
    if (this.bodyKind !== 'multipart') {
      const found =
        type === undefined || type.trim() === ''
          ? 'the request has no Content-Type'
          : `the Content-Type is ${type.slice(0, 60).replace(/[^\x20-\x7e]/g, '?')}`
      throw new Fault(
        'invalid_input',
        'body',
        `A multipart/form-data form was expected, but ${found}. Let your HTTP library build the form and set the header itself.`,
        { reason: 'not_form' },
      )
    }
    const options = { boundary: boundaryOf(type), maxParts, signal }
    const digest = announcedDigest(request)
    return digest === null ? readParts(request, options) : partsOfChecked(request, digest, options)
  }

  async json(): Promise<unknown> {
    return parseJson(await this.#whole())
  }

  async form(): Promise<URLSearchParams> {
    return new URLSearchParams(await this.#whole())
  }

  async #whole(): Promise<string> {
    const { request } = this.#sources
    const body = await readWhole(request, this.signal)
    checkWhole(announcedDigest(request), body)
    return body.toString('utf8')
  }

  intake<T>(take: (intake: Intake) => Promise<T>, actor: Actor = actorOf(this.caller)): Promise<T> {
    const key = this.headers['idempotency-key']
    const target = `${this.path}?${this.query.toString()}`
    this.#retry = key === undefined ? null : retryOf(String(key), this.caller, this.method, target)
    const { state, observer } = this.#sources
    const terms = {
      ...{ actor, signal: this.signal, retry: this.#retry, receipts: this.#receipts },
      progress: (state.intake ??= observer.intakeBegan()),
    }
    return this.services.attachments.intake(terms, take)
  }

  /** The response as it is sent: the stored first one for a repeated upload; with receipt headers for verified checksums. */
  async settle(answer: Answer): Promise<Answer> {
    const receipts = receiptHeaders(announcedDigest(this.#sources.request), this.#receipts)
    const settled = { ...answer, headers: { ...answer.headers, ...receipts } }
    if (this.#retry === null || this.#retry.outcome === 'none') return settled
    if (this.#retry.outcome === 'repeated') {
      const replayed = { ...settled.headers, 'idempotency-replayed': 'true' }
      return { ...settled, headers: replayed, ...storedAnswer(this.#retry.answer) }
    }
    await this.services.attachments.remember(
      this.#retry,
      JSON.stringify({ status: answer.status, json: answer.json, text: answer.text }),
    )
    return settled
  }

  async send(attachment: Attachment, options: SendOptions): Promise<Answer> {
    const redirected = options.mayRedirect === true ? await redirectAnswer(this, attachment, options) : null
    if (redirected !== null) return redirected
    return fileAnswer(attachment, options.bytes ?? (await this.services.attachments.content(attachment)), options)
  }

  async sendPart(attachment: Attachment): Promise<Answer> {
    const elsewhere = await redirectAnswer(this, attachment, { names: 'both' })
    if (elsewhere !== null) return elsewhere
    return partAnswer(attachment, this, (range) => this.services.attachments.content(attachment, range))
  }

  sendArchive(archive: ArchiveRequest): Answer {
    return archiveAnswer(archive, (attachment) => this.services.attachments.open(attachment))
  }

  attachmentAt(url: string): AttachmentReference | null {
    const parsed = URL.parse(url)
    if (parsed === null || parsed.origin !== this.origin) return null
    return this.#sources.attachmentAtPath(parsed.pathname)
  }
}

/** Status and body of the first response; null if it was not stored (a crash between commit and response). */
function storedAnswer(text: string | null): Pick<Answer, 'status' | 'json' | 'text'> | null {
  return text === null ? null : (JSON.parse(text) as Pick<Answer, 'status' | 'json' | 'text'>)
}
