/** File names that can be unpacked into one folder on any system: no separators, no device names, no duplicates. */

const MAX_LENGTH = 120
/** Names that Windows reserves for devices with any extension; superscript digits count too. */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(\.|$)/i

/** Returns one name for each, in order; none is in `taken` (compared names), to which they are added. */
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

/** The name as one path segment: separators, control and bidi characters and those that Windows forbids become `_`. */
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

/** Shortens the stem and keeps the extension, which determines the file's type. */
function shortened(name: string): string {
  const { stem, extension } = split(name)
  const characters = [...stem]
  return characters.length + extension.length <= MAX_LENGTH
    ? name
    : characters
        .slice(0, MAX_LENGTH - extension.length)
        .join('')
        .trimEnd() + extension
}

function split(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf('.')
  return dot <= 0 || name.length - dot > 20
    ? { stem: name, extension: '' }
    : { stem: name.slice(0, dot), extension: name.slice(dot) }
}

/** Names with equal keys collide on file systems that ignore case or Unicode compatibility forms. */
function keyOf(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}
