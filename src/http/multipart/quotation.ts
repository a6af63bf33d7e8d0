/** A client's text in quotes: truncated, and without characters that a log or a terminal would interpret. */
export function shown(text: string, limit = 60): string {
  const short = text.length > limit ? `${text.slice(0, limit).toWellFormed()}...` : text
  return `"${short.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)}"`
}
