/** The inside of a thread, beside this file: as source, or built. */
export function scriptOf(name: string): URL {
  return new URL(`./${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
}
