/** HTML that is escaped by construction: text enters a page only through `html`, which escapes all markup in it. */

export class Html {
  readonly text: string

  /** Only for literals of this folder, never for text from outside it. */
  constructor(text: string) {
    this.text = text
  }
}

type Content = string | Html | readonly Html[] | null

/** `html\`<p>${text}</p>\``; attribute values must be in double quotes. */
export function html(pieces: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(pieces.reduce((text, piece, index) => text + rendered(contents[index - 1] ?? null) + piece))
}

function rendered(content: Content): string {
  if (content === null) return ''
  if (typeof content === 'string') return escaped(content)
  return content instanceof Html ? content.text : content.map(({ text }) => text).join('')
}

const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Also replaces bidirectional control characters, which could change how a name reads, and other control characters. */
function escaped(text: string): string {
  return text
    .replace(/[\0-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => NAMES[character] ?? '')
}
