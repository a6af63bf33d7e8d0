/** multipart/form-data as a stream of known length, or as a Blob where streams cannot be sent. */
import type { FileSource } from './source.ts'

/** A text part, or a file. */
export type FormPart =
  { readonly name: string; readonly value: string } | { readonly name: string; readonly piece: FileSource }

export interface Form {
  readonly contentType: string
  /** Bytes of the whole body; null if the size of a piece is not known. */
  readonly length: number | null
  readonly repeatable: boolean
  open(): AsyncIterable<Uint8Array>
  blob(): Promise<Blob>
}

export function createForm(parts: readonly FormPart[]): Form {
  const boundary = `dossier-${crypto.randomUUID()}`
  const encode = (text: string) => new TextEncoder().encode(text)
  const line = encode('\r\n')
  const end = encode(`--${boundary}--\r\n`)
  const framed = parts.map((part) => ({
    head: encode(headOf(part, boundary)),
    piece: 'piece' in part ? part.piece : null,
  }))
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: lengthOf(framed, end),
    repeatable: framed.every(({ piece }) => piece === null || piece.repeatable),
    async *open() {
      for (const { head, piece } of framed) {
        yield head
        if (piece !== null) yield* piece.open()
        yield line
      }
      yield end
    },
    async blob() {
      const bodies = await Promise.all(framed.map(async ({ piece }) => (piece === null ? null : piece.blob())))
      const filled = framed.flatMap(({ head }, index) => [head, bodies[index] ?? '', line])
      return new Blob([...filled, end])
    },
  }
}

interface Framed {
  readonly head: Uint8Array
  readonly piece: FileSource | null
}

function headOf(part: FormPart, boundary: string): string {
  const start = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(part.name)}"`
  if ('value' in part) return `${start}\r\n\r\n${part.value}`
  const { name, type, sha256 } = part.piece
  const lines = [
    `${start}; filename="${quoted(name)}"`,
    `Content-Type: ${inLine(type)}`,
    ...(sha256 === null ? [] : [`x-dossier-sha256: ${inLine(sha256)}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

function lengthOf(framed: readonly Framed[], end: Uint8Array): number | null {
  let length = end.length
  for (const { head, piece } of framed) {
    if (piece?.size === null) return null
    length += head.length + (piece?.size ?? 0) + 2
  }
  return length
}

/**
 * Names as browsers encode them: UTF-8, with quotes and line breaks percent-encoded (WHATWG HTML, multipart/form-data).
 */
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function inLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ')
}
