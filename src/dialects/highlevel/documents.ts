import { Fault } from '../../core/model/fault.ts'
import type { Answer, AttachmentReference, Call, Route } from '../../http/contracts.ts'

export const documentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/documents/download/:documentId',
    needs: 'nobody',
    operation: 'download-document',
    answer: download,
  },
]

/** The document that a path names. */
export function documentAt(path: string): AttachmentReference | null {
  const document = /^\/documents\/download\/([0-9A-Za-z]{20})\/?$/.exec(path)?.[1]
  return document === undefined ? null : { document }
}

/** Needs no authentication: the unguessable id is the credential, and a token sent with it is ignored. */
async function download(call: Call): Promise<Answer> {
  const attachment = await call.services.attachments.document(call.params['documentId'] ?? '')
  // Redirecting a browser to a URL that a client chose would make this server an open redirect.
  if (attachment.kind === 'link')
    throw new Fault(
      'not_found',
      'attachment',
      'This document is a link to another site and has no bytes here; the url in the custom field says where it leads.',
    )
  return call.send(attachment, { names: 'both' })
}
