/** A search is for the very characters: what `like` reads as wildcards is meant as written. */
export function literally(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
