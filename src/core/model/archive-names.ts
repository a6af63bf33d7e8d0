/** Names under which files can be unpacked side by side on any system: no folders, no device names, no two alike. */

const LONGEST = 120
/** What Windows keeps for devices, whatever the extension; superscript digits count there too. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(\.|$)/i

/** One name for each, in their order; none is in `taken` (lower case), which grows. */
export function archiveNames(names: readonly string[], taken: Set<string>): readonly string[] {
  const numbers = new Map<string, number>()
  return names.map((name) => {
    const safe = safeName(name)
    const key = keyOf(safe)
    for (let number = numbers.get(key) ?? 1; ; number++) {
      const candidate = number === 1 ? safe : numbered(safe, number)
      if (taken.has(keyOf(candidate))) continue
      taken.add(keyOf(candidate))
      numbers.set(key, number + 1)
      return candidate
    }
  })
}

/** As one path segment: separators, control and bidi characters and what Windows forbids become `_`. */
export function safeName(name: string): string {
  const plain = name
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029/\\:*?"<>|]/gu, '_')
    .replace(/^[.\s]+/, (dots) => '_'.repeat(dots.length))
    .replace(/[.\s]+$/, '')
  const short = shortened(plain === '' ? 'file' : plain)
  return DEVICE.test(short) ? `_${short}` : short
}

function numbered(name: string, number: number): string {
  const { stem, extension } = split(name)
  return `${stem} (${String(number)})${extension}`
}

/** The extension stays: it is what tells people and systems what the file is. */
function shortened(name: string): string {
  const { stem, extension } = split(name)
  const characters = [...stem]
  return characters.length + extension.length <= LONGEST
    ? name
    : characters
        .slice(0, LONGEST - extension.length)
        .join('')
        .trimEnd() + extension
}

function split(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf('.')
  return dot <= 0 || name.length - dot > 20
    ? { stem: name, extension: '' }
    : { stem: name.slice(0, dot), extension: name.slice(dot) }
}

/** Systems that fold case or forms of letters would take two such names for one. */
function keyOf(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}
