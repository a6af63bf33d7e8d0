/** HTML that is escaped by construction: a text can only enter a page through `html`, which leaves nothing in it that a browser would read. */

export class Html {
  readonly text: string

  /** Only for what is written in this folder, never for what comes from outside it. */
  constructor(text: string) {
    this.text = text
  }
}

export type Content = string | Html | readonly Html[] | null

/** `html\`<p>${text}</p>\``; attributes must stand in double quotes. */
export function html(pieces: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(pieces.reduce((text, piece, index) => text + rendered(contents[index - 1] ?? null) + piece))
}

function rendered(content: Content): string {
  if (content === null) return ''
  if (typeof content === 'string') return escaped(content)
  return content instanceof Html ? content.text : content.map(({ text }) => text).join('')
}

const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Characters that change the direction of what stands round them could make a name say something else. */
function escaped(text: string): string {
  return text
    .replace(/[\0-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => NAMES[character] ?? '')
}
