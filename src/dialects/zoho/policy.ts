import type { Sniff } from '../../core/ports/contracts.ts'
import { Fault } from '../../core/model/fault.ts'
import { extensionOf, denyExtensions, type Policy } from '../../core/files/policy.ts'

/** "100 MB" is read as mebibytes: a size that either reading allows is accepted. */
const MAX_BYTES = 100 * 1_048_576

/** The reference page: all the file types except .exe. */
export const attachmentPolicy: Policy = denyExtensions(MAX_BYTES, ['exe'])

const PICTURES = new Set(['jpg', 'jpeg', 'png', 'gif', 'bmp', 'webp', 'heic', 'tif', 'tiff'])

/** Accepts a file whose name, part type or bytes identify a picture, unless its bytes are of another type. */
export function photoPolicy(sniff: Sniff): Policy {
  return {
    maxBytes: MAX_BYTES,
    checkClaim: (claim) => {
      attachmentPolicy.checkClaim(claim)
    },
    async checkContent(claim, head) {
      const found = await sniff(head)
      const claimed = PICTURES.has(extensionOf(claim.name)) || (claim.claimedType?.startsWith('image/') ?? false)
      if (found === null ? claimed : found.startsWith('image/')) return
      throw new Fault(
        'type_refused',
        'file',
        `${claim.label} is no picture that can be a photo; send a JPEG, PNG, GIF, BMP or WebP file.`,
      )
    },
  }
}
