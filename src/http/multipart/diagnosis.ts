// Error messages about a whole form: what was found, what was expected, how to fix it.
import { Fault } from '../../core/model/fault.ts'
import { shown } from './quotation.ts'

const EXAMPLE = 'Content-Type: multipart/form-data; boundary=...'
const FIX = 'Let your HTTP library write this header for the form'

export const boundaryFault = {
  noType: () =>
    body('not_form', `The request has no Content-Type, so its body can't be read as a form; send "${EXAMPLE}".`),
  otherType: (type: string) =>
    body('not_form', `The Content-Type is ${shown(type)}, but a form was expected; send "${EXAMPLE}".`),
  missing: () =>
    body(
      'boundary',
      `The Content-Type is multipart/form-data without a boundary. ${FIX} instead of setting it by hand, or add "; boundary=..." as in the body.`,
    ),
  several: () => body('boundary', `The Content-Type names several different boundaries. ${FIX} and send it once.`),
  illegal: (boundary: string) =>
    body(
      'boundary',
      `The Content-Type's boundary ${shown(boundary)} is not legal: 1 to 70 letters, digits and '()+_,-./:=? are (RFC 2046). ${FIX}.`,
    ),
}

/** No boundary was found where the form should begin; the bytes found there explain why. */
export function notAForm(beginning: Buffer, boundary: string): Fault {
  const text = beginning.toString('utf8', 0, 200).trimStart()
  const first = text.split(/\r|\n/, 1)[0] ?? ''
  if (beginning.length === 0) {
    return body(
      'empty',
      'The body is empty, but a multipart form was expected; send the file as a part of one. A form object that was already sent once may be used up.',
    )
  }
  if (text.startsWith('{') || text.startsWith('[')) {
    return body(
      'not_form',
      `The body is JSON (it begins with ${shown(first)}), but a multipart form was expected; send the file as a part of multipart/form-data, and don't let your client turn the form into JSON.`,
    )
  }
  if (first === `--${boundary}`) return formFault.noClosing(0, boundary)
  if (first.startsWith('--')) {
    return body(
      'boundary_mismatch',
      `The body begins with ${shown(first)}, but by the Content-Type's boundary ${shown(boundary)} it must begin with ${shown(`--${boundary}`, 72)}. ${FIX}, or give both the same boundary: in the body it has two dashes more.`,
    )
  }
  return body(
    'not_form',
    `The body is no form: it begins with ${shown(first)} where ${shown(`--${boundary}`, 72)} was expected. Send the file as a part of multipart/form-data.`,
  )
}

export const formFault = {
  tooManyParts: (limit: number) =>
    body(
      'parts',
      `The form has more than ${limit} parts, which is the most that one request may have; send the rest in another request.`,
    ),
  noClosing: (parts: number, boundary: string) =>
    body(
      'unclosed',
      `The form ends ${parts === 0 ? 'right behind its first boundary, before any part and' : `after part ${parts}`} without its closing line ${shown(`--${boundary}--`, 74)}, so there is no telling whether it is whole; write that line after the last part.`,
    ),
}

function body(reason: string, message: string): Fault {
  return new Fault('invalid_input', 'body', message, { reason })
}
