/** Zoho CRM v2 and its alias v2.1, which the vendor's later SDKs call. */
import type { RateLimiter } from '../../core/limits/rate-limiter.ts'
import type { AttachmentId, Caller } from '../../core/model/model.ts'
import type { Dialect, IncomingHead, Permits, Route } from '../../http/contracts.ts'
import { consentRoutes, isConsentPath } from './oauth-consent.ts'
import { refuseOauth } from './oauth-refusals.ts'
import { termsOf } from './oauth-terms.ts'
import { tokenRoutes } from './oauth-tokens.ts'
import { about, withDocumentation } from './about.ts'
import { download, list, removeMany, removeOne, upload } from './attachments.ts'
import { downloadPhoto, removePhoto, uploadPhoto } from './photos.ts'
import { insert, updateMany, updateOne } from './record-writing.ts'
import { getRecord, listRecords, removeRecord, removeRecords } from './records.ts'
import { getOrganization } from './organization.ts'
import { refuse } from './refusals.ts'
import { attachments, reading, records } from './scopes.ts'
import { getModule, listFields, listModules, listRelatedLists } from './settings.ts'
import { getUser, listUsers } from './users.ts'
import { createThrottle, type Limits, type Throttle } from './throttle.ts'
import { zohoTime } from './wire.ts'

interface ZohoSettings {
  /** Read for each call, because limits can change at run time. */
  readonly limits: () => Limits
  /** Maximum access tokens per refresh token in ten minutes; null: no limit. */
  readonly tokensPerRefresh: () => number | null
  /** Whether concurrent calls are counted; fixed for the life of the process. */
  readonly countsCalls: boolean
  readonly limiter: RateLimiter
}

export function createZoho({ limits, tokensPerRefresh, countsCalls, limiter }: ZohoSettings): Dialect {
  const throttle = createThrottle(limits, countsCalls, limiter)
  const terms = () => termsOf(tokensPerRefresh())
  return {
    name: 'zoho',
    tokenKinds: ['zoho'],
    owns: (path) => /^\/(crm|oauth\/v2)(\/|$)/.test(path),
    hidesRoutes: true,
    about,
    routes: [...['/crm/v2', '/crm/v2.1'].flatMap(routesUnder), ...consentRoutes(terms), ...tokenRoutes(terms)].map(
      withDocumentation,
    ),
    secret: secretOf,
    refuse: (fault, head) => refuseOauth(fault, head) ?? refuse(fault),
    ...throttled(throttle),
    headers: (_head, caller) => ({ ...headers(caller), ...throttle.headers(caller) }),
    cors: {
      mode: 'credentials',
      conceals: isConsentPath,
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposes: ['Content-Disposition', 'X-ACCESSTOKEN-RESET', 'X-API-CREDITS-REMAINING'],
    },
    attachmentAt(path) {
      const match = /^\/crm\/v2(?:\.1)?\/[^/]+\/[^/]+\/Attachments\/(\d{19})\/?$/.exec(path)
      return match?.[1] === undefined ? null : { attachment: match[1] as AttachmentId }
    },
  }
}

function throttled(throttle: Throttle): Pick<Dialect, 'throttle' | 'answered'> {
  return {
    throttle: (caller) => ({ headers: {}, refused: throttle.begin(caller) }),
    answered: (caller) => {
      throttle.end(caller)
    },
  }
}

function routesUnder(prefix: string): Route[] {
  const of = (
    method: Route['method'],
    path: string,
    operation: string,
    needs: Permits,
    answer: Route['answer'],
  ): Route => ({ method, path: prefix + path, operation, needs, answer })
  const onRecord = '/:module/:record/Attachments'
  const photo = '/:module/:record/photo'
  return [
    of('POST', onRecord, 'upload an attachment', attachments('create'), upload),
    of('GET', onRecord, 'list attachments', attachments('read'), list),
    of('GET', `${onRecord}/:id`, 'download an attachment', attachments('read'), download),
    of('DELETE', `${onRecord}/:id`, 'delete an attachment', attachments('delete'), removeOne),
    of('DELETE', onRecord, 'delete attachments', attachments('delete'), removeMany),
    of('POST', photo, 'upload a photo', records('create', 'update'), uploadPhoto),
    of('GET', photo, 'download a photo', records('read'), downloadPhoto),
    of('DELETE', photo, 'delete a photo', records('delete', 'update'), removePhoto),
    of('GET', '/settings/modules', 'list modules', reading('settings.modules'), listModules),
    of('GET', '/settings/modules/:name', 'get a module', reading('settings.modules'), getModule),
    of('GET', '/settings/fields', 'list fields', reading('settings.fields'), listFields),
    of('GET', '/settings/related_lists', 'list related lists', reading('settings.related_lists'), listRelatedLists),
    of('GET', '/users', 'list users', reading('users'), listUsers),
    of('GET', '/users/:id', 'get a user', reading('users'), getUser),
    of('GET', '/org', 'get the organization', reading('org'), getOrganization),
    of('POST', '/:module', 'insert records', records('create'), insert),
    of('GET', '/:module', 'list records', records('read'), listRecords),
    of('PUT', '/:module', 'update records', records('update'), updateMany),
    of('DELETE', '/:module', 'delete records', records('delete'), removeRecords),
    of('GET', '/:module/:record', 'get a record', records('read'), getRecord),
    of('PUT', '/:module/:record', 'update a record', records('update'), updateOne),
    of('DELETE', '/:module/:record', 'delete a record', records('delete'), removeRecord),
  ]
}

/** Zoho's own scheme or `Bearer`. A header of any other form is treated as an unknown token. */
function secretOf(head: IncomingHead): string | null {
  const header = head.headers.authorization
  if (header === undefined || header.trim() === '') return null
  return /^(?:zoho-oauthtoken|bearer)\s+(\S+)\s*$/i.exec(header)?.[1] ?? header
}

/** Headers that the real server sends on every answer, as far as clients read them (recorded 2023). */
function headers(caller: Caller | null): Record<string, string> {
  return {
    'cache-control': 'no-store, no-cache, must-revalidate, private',
    pragma: 'no-cache',
    'x-content-type-options': 'nosniff',
    ...(caller?.expiresAt == null ? {} : { 'x-accesstoken-reset': zohoTime(caller.expiresAt) }),
  }
}
