import type { RateLimiter } from '../../core/limits/rate-limiter.ts'
import type { Dialect, IncomingHead } from '../../http/contracts.ts'
import { about, withDocumentation } from './about.ts'
import { contactListRoutes } from './contact-list.ts'
import { contactRoutes } from './contacts.ts'
import { customFieldRoutes } from './custom-fields.ts'
import { documentAt, documentRoutes } from './documents.ts'
import { PUBLISHED_VERSIONS, versionMissing, versionUnpublished } from './faults.ts'
import { locationUploadRoutes } from './location-uploads.ts'
import { locationRoutes } from './locations.ts'
import { consentRoutes, isConsentPath } from './oauth-consent.ts'
import { refuseOauth } from './oauth-refusals.ts'
import { tokenRoutes } from './oauth-tokens.ts'
import { refuse, secretOf } from './refusals.ts'
import { createThrottle, RATE_LIMIT_HEADERS, type Limits } from './throttle.ts'
import { uploadRoutes } from './uploads.ts'

interface HighLevelSettings {
  /** Read for each call, because limits can change at run time; null: calls are not counted. */
  readonly limits: () => Limits | null
  readonly limiter: RateLimiter
}

/** Prefixes of the other dialects; every other path is HighLevel's, whose paths share no prefix. */
const OTHER_DIALECTS = /^\/(crm|oauth\/v2|api|docs)(\/|$)/

/** HighLevel: contacts of a location, and files on their custom fields. */
export function createHighLevel({ limits, limiter }: HighLevelSettings): Dialect {
  const throttle = createThrottle(limits, limiter)
  return {
    name: 'highlevel',
    tokenKinds: ['highlevel', 'private'],
    owns: (path) => !OTHER_DIALECTS.test(path),
    hidesRoutes: false,
    check: mustBePublished,
    throttle: (caller) => {
      const refused = throttle.count(caller)
      return { headers: throttle.headers(caller), refused }
    },
    headers: (_head, caller) => throttle.headers(caller),
    secret: secretOf,
    refuse: (fault, head) => refuseOauth(fault, head) ?? refuse(fault, head),
    // Nothing is published about CORS. Tokens are not cookies, so any origin is allowed.
    cors: {
      mode: 'anyone',
      conceals: isConsentPath,
      methods: ['GET', 'POST', 'PUT', 'DELETE'],
      exposes: ['x-dossier-hint', 'x-request-id', ...RATE_LIMIT_HEADERS],
    },
    attachmentAt: documentAt,
    about,
    routes: [
      ...uploadRoutes,
      ...locationUploadRoutes,
      ...documentRoutes,
      ...contactListRoutes,
      ...contactRoutes,
      ...customFieldRoutes,
      ...locationRoutes,
      ...consentRoutes,
      ...tokenRoutes,
    ].map(withDocumentation),
  }
}

/** The page names one version; the live gateway accepts every published one, and the newest SDK sends another. */
function mustBePublished({ headers }: IncomingHead): void {
  const version = String(headers['version'] ?? '').trim()
  if (version === '') throw versionMissing()
  if (!PUBLISHED_VERSIONS.some((published) => published === version)) throw versionUnpublished(version)
}
