/** Every operation by its name in the contract, for the threads that run them. */
import { attach } from './attaching.ts'
import { attachments, removeAttachments } from './attachments.ts'
import { claimLoose, forget } from './blobs.ts'
import { createClient } from './clients.ts'
import { createField, removeField, updateField } from './fields.ts'
import { beginLease, endLease, prolongLease } from './leases.ts'
import { adopt, recount } from './mending.ts'
import { createModule } from './modules.ts'
import { createOrganization } from './organizations.ts'
import { records } from './record-pages.ts'
import { clearRemoved, removeRecords } from './record-removal.ts'
import { saveRecords } from './record-saving.ts'
import { forgetRetries, rememberAnswer } from './retries.ts'
import { createToken, revokeToken, touchTokens } from './tokens.ts'

export const writes = {
  adopt,
  attach,
  beginLease,
  claimLoose,
  clearRemoved,
  createClient,
  createField,
  createModule,
  createOrganization,
  createToken,
  endLease,
  forget,
  forgetRetries,
  prolongLease,
  recount,
  rememberAnswer,
  removeAttachments,
  removeField,
  removeRecords,
  revokeToken,
  saveRecords,
  touchTokens,
  updateField,
}

/** Reads that may pass over many rows. */
export const longReads = { attachments, records }
