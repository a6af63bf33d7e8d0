// Header parameters as clients write them: `;filename="a "b".txt"`, `; Name = x`, `name="C:\dir\a.txt"`.

export interface Parameter {
  /** In lower case. */
  readonly name: string
  readonly value: string
}

/** The parameters of a header in their order, including duplicates; null if a quote is not closed. */
export function readParameters(text: string): Parameter[] | null {
  const found: Parameter[] = []
  let at = 0
  while (at < text.length) {
    const semicolon = indexOrEnd(text, ';', at)
    const equals = indexOrEnd(text, '=', at)
    if (equals >= semicolon) {
      at = semicolon + 1
      continue
    }
    const name = trimmed(text.slice(at, equals)).toLowerCase()
    const start = afterBlanks(text, equals + 1)
    const value = text[start] === '"' ? quotedAt(text, start + 1) : tokenAt(text, start)
    if (value === null) return null
    found.push({ name, value: value.text })
    at = indexOrEnd(text, ';', value.end) + 1
  }
  return found
}

interface Value {
  readonly text: string
  readonly end: number
}

function tokenAt(text: string, start: number): Value {
  const end = indexOrEnd(text, ';', start)
  return { text: trimmed(text.slice(start, end)), end }
}

function quotedAt(text: string, start: number): Value | null {
  const quote = text.indexOf('"', start)
  if (quote === -1) return null
  const plain = text.slice(start, quote)
  if (!plain.includes('\\') && closes(text, quote)) return { text: plain, end: quote + 1 }
  return lenientlyQuotedAt(text, start)
}

/** Allows unescaped quotes within the quotes, and backslashes of Windows paths: only `\"` and `\\` are escapes. */
function lenientlyQuotedAt(text: string, start: number): Value | null {
  let value = ''
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '"' && closes(text, at)) return { text: value, end: at + 1 }
    const escaped = character === '\\' && isEscape(text, at + 1)
    if (escaped) at++
    value += text.charAt(at)
  }
  return null
}

function isEscape(text: string, at: number): boolean {
  // The last quote of the header closes the value even after a backslash: `filename="C:\dir\"`.
  return text[at] === '\\' || (text[at] === '"' && afterBlanks(text, at + 1) < text.length)
}

/** A quote closes a value if the header ends there or another parameter follows. */
const AFTER_VALUE = /[ \t]*(?:$|;[ \t]*(?:$|;|[\w!#$%&'*+.^`|~-]+[ \t]*=))/y

function closes(text: string, quote: number): boolean {
  AFTER_VALUE.lastIndex = quote + 1
  return AFTER_VALUE.test(text)
}

/** Without surrounding spaces and tabs. `trim` would remove the last byte of a UTF-8 `à`, a no-break space in latin1. */
export function trimmed(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--
  return text.slice(afterBlanks(text, 0), end)
}

function afterBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

function indexOrEnd(text: string, character: string, from: number): number {
  const at = text.indexOf(character, from)
  return at === -1 ? text.length : at
}
