/** A client's text in quotes: short, and nothing in it that a log or a terminal would obey. */
export function shown(text: string, limit = 60): string {
  const short = text.length > limit ? `${text.slice(0, limit).toWellFormed()}...` : text
  return `"${short.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)}"`
}
