/** Dossier's own API, used by the console, the command line and the client. */
import type { Dialect, IncomingHead } from '../../http/contracts.ts'
import { about } from './about.ts'
import { archiveRoutes } from './archive.ts'
import { attachmentListRoutes } from './attachment-list.ts'
import { attachmentRoutes } from './attachments.ts'
import { clientRoutes } from './clients.ts'
import { documentationRoutes, type Documentation } from './documentation.ts'
import { fieldRoutes } from './fields.ts'
import { moduleRoutes } from './modules.ts'
import { organizationRoutes } from './organizations.ts'
import { recordRoutes } from './records.ts'
import { refuse } from './refusals.ts'
import { sharedRoutes } from './shared.ts'
import { shareRoutes } from './shares.ts'
import { staffRoutes } from './staff.ts'
import { systemRoutes } from './system.ts'
import { tokenRoutes } from './tokens.ts'
import { uploadRoutes } from './uploads.ts'

export function createNative(documentation: Documentation): Dialect {
  return {
    name: 'native',
    tokenKinds: ['native'],
    owns: (path) => /^\/(api|docs)(\/|$)/.test(path),
    hidesRoutes: false,
    routes: [
      ...systemRoutes,
      ...organizationRoutes,
      ...moduleRoutes,
      ...fieldRoutes,
      ...recordRoutes,
      ...uploadRoutes,
      ...attachmentListRoutes,
      ...attachmentRoutes,
      ...archiveRoutes,
      ...tokenRoutes,
      ...clientRoutes,
      ...staffRoutes,
      ...shareRoutes,
      ...sharedRoutes,
      ...documentationRoutes(documentation),
    ],
    about,
    secret: secretOf,
    refuse,
    headers: () => ({ 'cache-control': 'no-store' }),
    // Tokens are not cookies, so any origin is allowed.
    cors: {
      mode: 'anyone',
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      exposes: [
        'accept-ranges',
        'content-disposition',
        'content-range',
        'etag',
        'idempotency-replayed',
        'last-modified',
      ],
    },
  }
}

/** Accepts native secrets only: a vendor's token is treated as unknown, whatever its scopes. */
function secretOf({ headers }: IncomingHead): string | null {
  const header = headers.authorization
  if (header === undefined || header.trim() === '') return null
  return /^bearer\s+(dossier_\S+)\s*$/i.exec(header)?.[1] ?? 'none of ours'
}
