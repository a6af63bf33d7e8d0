// Splits a form's body at its boundaries. Only `fill` is asynchronous, so a form that arrived completely is parsed without waiting.
import type { BodySource } from '../body-source.ts'
import { CLOSING, MORE, NO_BOUNDARY, afterBoundary } from './boundary.ts'

const LF = 10
const CR = 13
const NOTHING = Buffer.alloc(0)

/** Maximum offset of the first boundary in the body, in bytes. */
const MAX_PREAMBLE = 16_384

export class Cutter {
  readonly #source: BodySource
  /** CR LF - - boundary. CR occurs in it only once, so no other match can begin within a failed one. */
  readonly #delimiter: Buffer
  #pending: Buffer = NOTHING
  /** Number of bytes of the delimiter that were matched and not returned as content. */
  #matched = 0
  /** How many of them belong to the headers, and are not content if the match fails. */
  #headerBytes = 0
  #closed = false
  #bareLineEnds = false

  constructor(source: BodySource, boundary: string) {
    this.#source = source
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  }

  /** The closing boundary has been read. */
  get closed(): boolean {
    return this.#closed
  }

  /** Bytes read and not processed yet; for a diagnosis. */
  get pending(): Buffer {
    return this.#pending
  }

  /** A complete boundary was matched, but not yet what follows it. */
  get atBoundary(): boolean {
    return this.#matched === this.#delimiter.length
  }

  /** The first boundary's line ended in a bare LF. */
  get hasBareLineEnds(): boolean {
    return this.#bareLineEnds
  }

  /** Appends the next bytes of the source to the pending ones; false at its end. */
  async fill(): Promise<boolean> {
    let chunk = this.#source.take()
    while (chunk === null) {
      if (!(await this.#source.more())) return false
      chunk = this.#source.take()
    }
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    return true
  }

  /** Skips the preamble and the first boundary: true when done, false if there can be none, null if `fill` must be called first. */
  open(): boolean | null {
    const line = this.#delimiter.subarray(2)
    let at = this.#pending.indexOf(line)
    for (; at !== -1 && at <= MAX_PREAMBLE; at = this.#pending.indexOf(line, at + 1)) {
      if (at > 0 && this.#pending[at - 1] !== LF) continue
      const end = afterBoundary(this.#pending, at + line.length)
      if (end === MORE) return null
      if (end === NO_BOUNDARY) continue
      this.#bareLineEnds = this.#pending[end - 2] !== CR
      this.#pass(end)
      return true
    }
    return this.#pending.length > MAX_PREAMBLE + line.length ? false : null
  }

  /** The next part's headers without the blank line; null if `fill` must be called first; undefined if longer than `limit` bytes. */
  head(limit: number): Buffer | null | undefined {
    let start = 0
    for (let at = this.#pending.indexOf(LF); at !== -1; at = this.#pending.indexOf(LF, start)) {
      if (start > limit) return undefined
      if (at === start || (at === start + 1 && this.#pending[start] === CR)) {
        const block = this.#pending.subarray(0, start)
        this.#pending = this.#pending.subarray(at + 1)
        // The boundary of an empty part may share the blank line's CR LF (RFC 2046, body-part).
        this.#matched = this.#headerBytes = 2
        return block
      }
      start = at + 1
    }
    return this.#pending.length > limit + 2 ? undefined : null
  }

  /** The part's next bytes, not copied; null if `fill` must be called first; undefined at the part's end. */
  cut(): Buffer | null | undefined {
    if (this.#matched > 0) return this.#resume()
    const pending = this.#pending
    const at = pending.indexOf(this.#delimiter)
    const end = at === -1 ? this.#beginning(pending) : at
    this.#matched = at === -1 ? pending.length - end : this.#delimiter.length
    this.#pending = pending.subarray(end + this.#matched)
    if (end > 0) return pending.subarray(0, end)
    return this.#matched > 0 ? this.#resume() : null
  }

  /** Offset of a delimiter at the end that the next bytes may complete; the length if there is none. */
  #beginning(bytes: Buffer): number {
    const at = bytes.lastIndexOf(CR)
    const length = bytes.length - at
    if (at === -1 || length >= this.#delimiter.length) return bytes.length
    return this.#delimiter.compare(bytes, at, bytes.length, 0, length) === 0 ? at : bytes.length
  }

  /** Continues to match a delimiter of which some bytes are matched. */
  #resume(): Buffer | null | undefined {
    const missing = Math.min(this.#delimiter.length - this.#matched, this.#pending.length)
    const matched = this.#matched + missing
    if (this.#delimiter.compare(this.#pending, 0, missing, this.#matched, matched) !== 0) return this.#unmatch()
    this.#matched = matched
    this.#pending = this.#pending.subarray(missing)
    if (matched < this.#delimiter.length) return null
    const end = afterBoundary(this.#pending, 0)
    if (end === MORE) return null
    if (end === NO_BOUNDARY) return this.#unmatch()
    this.#pass(end)
    return undefined
  }

  /** The matched bytes are content after all; they equal the delimiter's, so they were not kept. */
  #unmatch(): Buffer | null | undefined {
    const content = this.#delimiter.subarray(this.#headerBytes, this.#matched)
    this.#matched = this.#headerBytes = 0
    return content.length > 0 ? content : this.cut()
  }

  #pass(end: number): void {
    this.#matched = this.#headerBytes = 0
    this.#closed = end === CLOSING
    if (!this.#closed) this.#pending = this.#pending.subarray(end)
  }
}
