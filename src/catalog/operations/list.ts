/** Every operation by its name in the contract, for the threads that run them. */
import { attach } from './attaching.ts'
import { revokeClientTokens } from './client-ending.ts'
import { changeAttachment } from './attachment-change.ts'
import { attachmentPage } from './attachment-pages.ts'
import { attachments, removeAttachments } from './attachments.ts'
import { claimLoose, forget } from './blobs.ts'
import { clearRemoved } from './clearing.ts'
import { createClient } from './clients.ts'
import { takeDuty } from './duties.ts'
import { forgetEnded } from './ended.ts'
import { exchangeCode, exchangeRefresh } from './exchanges.ts'
import { createField, removeField, updateField } from './fields.ts'
import { revokeGrant, revokeSecret } from './grant-endings.ts'
import { createGrant, deriveToken } from './grants.ts'
import { beginLease, endLease, prolongLease } from './leases.ts'
import { countAttempt, forgiveAttempt } from './login-attempts.ts'
import { adopt, recount } from './mending.ts'
import { createModule } from './modules.ts'
import { removeModule } from './module-removal.ts'
import { removeOrganization } from './organization-removal.ts'
import { createOrganization, updateOrganization } from './organizations.ts'
import { ping } from './ping.ts'
import { changeProfile, createProfile, removeProfile } from './profiles.ts'
import { records } from './record-pages.ts'
import { removeRecords } from './record-removal.ts'
import { saveRecords } from './record-saving.ts'
import { forgetRetries, rememberAnswer } from './retries.ts'
import { createSession, endSession, touchSession } from './sessions.ts'
import { createRole, removeRole } from './roles.ts'
import { countDownload, createShare, forgetShares, revokeShare } from './shares.ts'
import { placeUser, shareModule } from './record-access.ts'
import { createToken, revokeToken, touchTokens } from './tokens.ts'
import { usage } from './usage.ts'
import { createUser, setLogin, setUserStatus } from './users.ts'

export const writes = {
  adopt,
  attach,
  beginLease,
  changeAttachment,
  changeProfile,
  claimLoose,
  clearRemoved,
  countAttempt,
  countDownload,
  createClient,
  createField,
  createGrant,
  createModule,
  createOrganization,
  createProfile,
  createRole,
  createShare,
  createSession,
  createToken,
  createUser,
  deriveToken,
  endLease,
  endSession,
  exchangeCode,
  exchangeRefresh,
  forget,
  forgetEnded,
  forgetRetries,
  forgetShares,
  forgiveAttempt,
  ping,
  placeUser,
  prolongLease,
  recount,
  rememberAnswer,
  removeAttachments,
  removeField,
  removeModule,
  removeOrganization,
  removeProfile,
  removeRecords,
  removeRole,
  revokeGrant,
  revokeClientTokens,
  revokeSecret,
  revokeShare,
  revokeToken,
  saveRecords,
  setLogin,
  setUserStatus,
  shareModule,
  takeDuty,
  touchSession,
  touchTokens,
  updateField,
  updateOrganization,
}

/** Reads that may pass over many rows. */
export const longReads = { attachmentPage, attachments, records, usage }
