// Multipart bodies written by hand, so that a test may write them wrong.
export const BOUNDARY = 'dossierTestBoundary'
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`

export interface FormPart {
  readonly name: string
  readonly filename?: string
  readonly type?: string
  readonly bytes: string | Uint8Array
}

/** A whole form, as a well-behaved client writes it. Texts are UTF-8. */
export function form(...parts: FormPart[]): Buffer {
  return Buffer.concat([...parts.map(openPart), Buffer.from(`--${BOUNDARY}--\r\n`)])
}

/** A part with the CR LF behind it. */
export function openPart(part: FormPart): Buffer {
  return Buffer.concat([Buffer.from(partHead(part)), Buffer.from(part.bytes), Buffer.from('\r\n')])
}

export function partHead({ name, filename, type }: FormPart): string {
  const file = filename === undefined ? '' : `; filename="${filename}"`
  const media = type === undefined ? '' : `Content-Type: ${type}\r\n`
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n${media}\r\n`
}

/** A form of one part with these header lines, for headers that no client should write. */
export function formWithHeaders(headers: string | Uint8Array, bytes: string | Uint8Array = 'x'): Buffer {
  const pieces = [`--${BOUNDARY}\r\n`, headers, '\r\n\r\n', bytes, `\r\n--${BOUNDARY}--\r\n`]
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
}
