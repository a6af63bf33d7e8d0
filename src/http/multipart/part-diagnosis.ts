// Error messages about one part: which one, what was found, what was expected, how to fix it.
import { Fault } from '../../core/model/fault.ts'
import { shown } from './quotation.ts'

export const partFault = {
  truncated: (index: number, name: string, received: number) =>
    part(
      index,
      'truncated',
      `${which(index, name)} breaks off: the body ended after ${received} ${received === 1 ? 'byte' : 'bytes'} of it and no boundary came after them. Send the whole form again; if a Content-Length was set by hand, leave it out.`,
    ),
  bareLineEnds: (index: number, name: string) =>
    part(
      index,
      'line_ends',
      `${which(index, name)} has no end: the form's lines end in a bare LF, and a boundary ends a part only behind CR LF. Write CR LF (\\r\\n) at the ends of a form's lines.`,
    ),
  truncatedHead: (index: number) =>
    part(
      index,
      'truncated',
      `The body ended in the middle of the headers of part ${index}; a blank line and the content must follow them. Send the whole form again.`,
    ),
  longHead: (index: number, limit: number) =>
    part(
      index,
      'headers',
      `Part ${index} has more than ${limit} bytes of headers; a Content-Disposition and a Content-Type are enough. A missing blank line after them would look like this too.`,
    ),
  noHeader: (index: number, line: string) =>
    part(
      index,
      'headers',
      `Part ${index} has the line ${shown(line)} among its headers, which is no "Name: value". A name must not hold a line break, and a blank line must stand before the content.`,
    ),
  noDisposition: (index: number) =>
    part(
      index,
      'disposition',
      `Part ${index} has no Content-Disposition header, so there is no telling what it is; begin it with 'Content-Disposition: form-data; name="..."'.`,
    ),
  otherDisposition: (index: number, found: string) =>
    part(
      index,
      'disposition',
      `Part ${index} has the Content-Disposition ${shown(found)}; write 'Content-Disposition: form-data; name="..."'.`,
    ),
  openQuote: (index: number) =>
    part(
      index,
      'disposition',
      `The Content-Disposition of part ${index} has a quote that is never closed; write name="..." and filename="..." without line breaks inside.`,
    ),
  noName: (index: number) =>
    part(
      index,
      'name',
      `Part ${index} has no name; write 'Content-Disposition: form-data; name="..."' with the field it is meant for.`,
    ),
  twice: (index: number, what: string) =>
    part(
      index,
      'ambiguous',
      `Part ${index} has ${shown(what)} more than once, and they might be read either way; send it once.`,
    ),
  control: (index: number, character: string) =>
    part(
      index,
      'control',
      `Part ${index} has the control character ${shown(character)} in a name or a header, where it could break a header or a log; rename the file or field and send it again.`,
    ),
  unreadableFilename: (index: number, name: string, value: string) =>
    part(
      index,
      'filename',
      `${which(index, name)} has the unreadable filename* ${shown(value)}; write it as filename*=UTF-8''percent-encoded-name, or as filename="..." in UTF-8.`,
    ),
  encoding: (index: number, name: string, found: string) =>
    part(
      index,
      'encoding',
      `${which(index, name)} has the Content-Transfer-Encoding ${shown(found)}; send the bytes as they are (binary), for forms don't encode them.`,
    ),
  longText: (index: number, name: string, limit: number) =>
    new Fault(
      'too_large',
      'part',
      `${which(index, name)} was expected to be a text of at most ${limit} bytes and is longer; if it is a file, check the name of the part.`,
      { reason: 'text', details: { part: index } },
    ),
}

function part(index: number, reason: string, message: string): Fault {
  return new Fault('invalid_input', 'part', message, { reason, details: { part: index } })
}

function which(index: number, name: string): string {
  return `Part ${index} (${shown(name)})`
}
