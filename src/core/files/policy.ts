import { Fault } from '../model/fault.ts'
import type { Sniff } from '../ports/contracts.ts'

/** A file as the client describes it, before its bytes are read. */
export interface FileClaim {
  readonly name: string
  readonly claimedType: string | null
  /** How error messages refer to it: `part 2 "f1_a"`. */
  readonly label: string
}

/** Which sizes, names and types are accepted. */
export interface Policy {
  /** Maximum size per file in bytes, inclusive. */
  readonly maxBytes: number
  /** Throws a `type_refused` Fault before a byte is read. */
  checkClaim(claim: FileClaim): void
  /** Throws a `type_refused` Fault; called with the beginning of the bytes. */
  checkContent(claim: FileClaim, head: Uint8Array): Promise<void>
}

/** Characters that change a name's appearance but not how a system treats it: controls, bidi marks, zero-width and other ignorable ones. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu

/**
 * The last extension in lower case without its dot, as Windows interprets it: trailing dots and spaces, the default
 * stream's name (`a.exe::$DATA`), full-width letters and invisible characters do not hide it. Empty if there is none.
 */
export function extensionOf(name: string): string {
  const bare = name
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(/[.\s]+$/u, '')
    .replace(/::\$data$/i, '')
    .replace(/[.\s]+$/u, '')
  const dot = bare.lastIndexOf('.')
  return dot < 0
    ? ''
    : bare
        .slice(dot + 1)
        .trim()
        .toLowerCase()
}

/** Accepts all extensions except these; does not check the content. */
export function denyExtensions(maxBytes: number, refused: readonly string[]): Policy {
  return {
    maxBytes,
    checkClaim(claim) {
      const extension = extensionOf(claim.name)
      if (!refused.includes(extension)) return
      throw new Fault(
        'type_refused',
        'file',
        `${claim.label} is a .${extension} file, and ${list(refused)} files are not taken. Put it into a .zip archive or send another type.`,
      )
    },
    checkContent: async () => {},
  }
}

export interface AllowedTypes {
  /** The families of content allowed for each extension. */
  readonly families: Readonly<Record<string, readonly Family[]>>
  /** For files without an extension: the extension assumed for each claimed media type. */
  readonly extensionOfType: Readonly<Record<string, string>>
}

/** A coarse class of content, precise enough to detect that content contradicts a file's name. */
type Family = 'text' | 'markup' | 'image' | 'document' | 'archive' | 'video'

/** Accepts only these extensions (or, without an extension, these media types), with content that does not contradict them. */
export function allowTypes(maxBytes: number, allowed: AllowedTypes, sniff: Sniff): Policy {
  const effective = (claim: FileClaim) =>
    extensionOf(claim.name) || (ownOf(allowed.extensionOfType, claim.claimedType ?? '') ?? '')
  return {
    maxBytes,
    checkClaim(claim) {
      const extension = effective(claim)
      if (Object.hasOwn(allowed.families, extension)) return
      const found =
        extension === ''
          ? `has no extension and the media type ${claim.claimedType ?? 'is missing'}`
          : `is a .${extension} file`
      throw new Fault(
        'type_refused',
        'file',
        `${claim.label} ${found}. Allowed types: ${Object.keys(allowed.families).join(', ').toUpperCase()}.`,
      )
    },
    async checkContent(claim, head) {
      const found = await familyOf(head, sniff)
      const extension = effective(claim)
      if (found === null || (allowed.families[extension] ?? []).some((family) => family === found)) return
      throw new Fault(
        'type_refused',
        'file',
        `${claim.label} is named as ${extension.toUpperCase()}, but its content is ${FAMILY_WORDS[found]}. Send it under its own type.`,
      )
    },
  }
}

const FAMILY_WORDS: Readonly<Record<Family | 'program', string>> = {
  text: 'plain text',
  markup: 'HTML or XML',
  image: 'an image',
  document: 'an office or PDF document',
  archive: 'an archive',
  video: 'a video or sound',
  program: 'an executable program',
}

/** Null: contradicts no name. Never `text`, because many valid files of other types begin like text. */
async function familyOf(head: Uint8Array, sniff: Sniff): Promise<Family | 'program' | null> {
  const type = await sniff(head)
  if (type === null) return null
  if (PROGRAMS.has(type)) return 'program'
  if (type === 'text/html' || type.endsWith('/xml') || type.endsWith('+xml')) return 'markup'
  if (type.startsWith('image/')) return 'image'
  if (type.startsWith('video/') || type.startsWith('audio/')) return 'video'
  if (DOCUMENTS.some((start) => type.startsWith(start))) return 'document'
  return ARCHIVES.has(type) ? 'archive' : null
}

const PROGRAMS = new Set([
  'application/x-msdownload',
  'application/x-elf',
  'application/x-mach-binary',
  'application/x-sh',
  'application/java-vm',
  'application/x.ms.shortcut',
])
const ARCHIVES = new Set([
  'application/zip',
  'application/x-rar-compressed',
  'application/vnd.rar',
  'application/x-7z-compressed',
  'application/gzip',
  'application/x-tar',
  'application/java-archive',
])
const DOCUMENTS = [
  'application/pdf',
  'application/msword',
  'application/rtf',
  'application/x-cfb',
  'application/vnd.openxmlformats-',
  'application/vnd.ms-',
  'application/vnd.oasis.',
]

function list(extensions: readonly string[]): string {
  return extensions.map((extension) => `.${extension}`).join(', ')
}

/** Looks up a client-supplied name among own properties only, so that `constructor` is not found. */
function ownOf(record: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
