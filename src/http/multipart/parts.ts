import { bodySource } from '../body-source.ts'
import type { Part } from '../contracts.ts'
import { Cutter } from './cutter.ts'
import { formFault, notAForm } from './diagnosis.ts'
import { readHead } from './head.ts'
import type { PartHead } from './head.ts'
import { partFault } from './part-diagnosis.ts'

export interface ReadPartsOptions {
  /** As returned by `boundaryOf`. */
  readonly boundary: string
  /** Default: 100. */
  readonly maxParts?: number
  /** Maximum size of one part's headers, in bytes. Default: 8192. */
  readonly maxHeaderBytes?: number
  /** If aborted, waiting for the source rejects with a Fault `aborted`, or with the signal's reason if that is a Fault. */
  readonly signal?: AbortSignal
}

/** Default maximum of a part's `text`, in bytes. */
const MAX_TEXT = 65_536

/**
 * The parts of a multipart form in wire order, pulled: the source is read no further than the consumer has read.
 * Unread bytes of a part are skipped when the next part is requested. After an early return or a failure the rest of
 * the source is unread and undestroyed. Bytes after the closing boundary are never read.
 * Throws a Fault that says which part is wrong and why; the source's own errors are passed on unchanged.
 */
export async function* readParts(
  source: AsyncIterable<Uint8Array>,
  options: ReadPartsOptions,
): AsyncGenerator<Part, void, undefined> {
  const { boundary, maxParts = 100, maxHeaderBytes = 8192 } = options
  const body = bodySource(source, options.signal)
  const form = new Cutter(body, boundary)
  try {
    await openForm(form, boundary)
    for (let index = 1; !form.closed; index++) {
      if (index > maxParts) throw formFault.tooManyParts(maxParts)
      const part = new FormPart(form, boundary, index, await nextHead(form, boundary, index, maxHeaderBytes))
      yield part
      await part.skip()
    }
  } finally {
    body.release()
  }
}

async function openForm(form: Cutter, boundary: string): Promise<void> {
  for (;;) {
    const opened = form.open()
    if (opened === true) return
    if (opened === false || !(await form.fill())) throw notAForm(form.pending, boundary)
  }
}

async function nextHead(form: Cutter, boundary: string, index: number, limit: number): Promise<PartHead> {
  for (;;) {
    const block = form.head(limit)
    if (block === undefined) throw partFault.longHead(index, limit)
    if (block !== null) return readHead(block, index)
    if (await form.fill()) continue
    throw form.pending.length === 0 ? formFault.noClosing(index - 1, boundary) : partFault.truncatedHead(index)
  }
}

class FormPart implements Part {
  readonly index: number
  readonly name: string
  readonly filename: string | null
  readonly type: string | null
  readonly encoding: string
  readonly digest: string | null
  readonly isFile: boolean
  readonly #form: Cutter
  readonly #boundary: string
  #received = 0
  #ended = false
  #passed = false

  constructor(form: Cutter, boundary: string, index: number, head: PartHead) {
    this.#form = form
    this.#boundary = boundary
    this.index = index
    this.name = head.name
    this.filename = head.filename
    this.type = head.type
    this.encoding = head.encoding
    this.digest = head.digest
    this.isFile = head.isFile
  }

  get bytes(): AsyncIterable<Uint8Array> {
    return this.#read()
  }

  async text(limit = MAX_TEXT): Promise<string> {
    const chunks: Uint8Array[] = []
    for await (const chunk of this.#read()) {
      if (this.#received > limit) throw partFault.longText(this.index, this.name, limit)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  }

  async skip(): Promise<void> {
    this.#passed ||= !this.#ended
    while (!this.#ended) if (this.#next() === null) await this.#fill()
  }

  async *#read(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#passed) throw new Error(`Part ${this.index} was passed over before its bytes were read`)
    while (!this.#ended) {
      const chunk = this.#next()
      if (chunk === null) await this.#fill()
      else if (chunk !== undefined) yield chunk
    }
  }

  #next(): Buffer | null | undefined {
    const chunk = this.#form.cut()
    if (chunk === undefined) this.#ended = true
    else if (chunk !== null) this.#received += chunk.length
    return chunk
  }

  async #fill(): Promise<void> {
    if (await this.#form.fill()) return
    if (this.#form.atBoundary) throw formFault.noClosing(this.index, this.#boundary)
    if (this.#form.hasBareLineEnds) throw partFault.bareLineEnds(this.index, this.name)
    throw partFault.truncated(this.index, this.name, this.#received)
  }
}
