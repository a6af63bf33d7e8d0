import type { AttachmentId, Share, ShareId } from '../../core/model/model.ts'
import { isOver } from '../../core/files/shares.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { id } from './bodies.ts'
import { pageOf } from './cursor.ts'
import { ORGANIZATION_PATH, contextOf, scope } from './context.ts'
import { createdShare, newShare, shareQuery, shares, type ShareWire } from './share-wire.ts'
import { timeOf } from './model-wire.ts'
import { bodyOf, queryOf } from './validation.ts'

const tag = 'Shares'

export const shareRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${ORGANIZATION_PATH}/shares`,
    operation: 'list shares',
    needs: scope('shares.read'),
    about: {
      tag,
      description: 'Newest first, also those that have ended; never an address. The newest 1,000 are listed.',
      query: shareQuery,
      answers: { 200: { description: 'A page of shares', schema: shares } },
    },
    answer: list,
  },
  {
    method: 'POST',
    path: `${ORGANIZATION_PATH}/shares`,
    operation: 'share an attachment',
    needs: scope('shares.write'),
    about: {
      tag,
      description: 'Whoever knows the address may download the attachment, and nothing else, until the share ends.',
      body: { type: 'application/json', schema: newShare },
      answers: { 201: { description: 'The share with its address, shown this once', schema: createdShare } },
    },
    answer: create,
  },
  {
    method: 'DELETE',
    path: `${ORGANIZATION_PATH}/shares/:share`,
    operation: 'revoke a share',
    needs: scope('shares.write'),
    about: {
      tag,
      description: 'At once. It stays in the list.',
      answers: { 204: { description: 'Its address leads nowhere any more', schema: null } },
    },
    answer: revoke,
  },
]

async function list(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const query = queryOf(shareQuery, call)
  const all = await call.services.shares.list(actor, (query.attachment ?? null) as AttachmentId | null)
  const { items, next } = pageOf(all, query, id)
  return { status: 200, json: { items: items.map(shareWire), next } }
}

async function create(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { attachment, label, expiresAt, password, maxDownloads } = await bodyOf(newShare, call)
  const { share, secret } = await call.services.shares.create(actor, {
    attachment: attachment as AttachmentId,
    label,
    expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
    password,
    maxDownloads,
  })
  return { status: 201, json: { ...shareWire(share), url: `${call.origin}/api/s/${secret}` } }
}

async function revoke(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  await call.services.shares.revoke(actor, call.params['share'] as ShareId)
  return { status: 204 }
}

function shareWire(share: Share): ShareWire {
  const { id, attachment, name, label, hasPassword, maxDownloads, downloads } = share
  const { createdAt, expiresAt, lastUsedAt, revokedAt } = share
  return {
    ...{ id, attachment, name, label, hasPassword, maxDownloads, downloads },
    state: revokedAt !== null ? 'revoked' : isOver(share, Date.now()) ? 'ended' : 'good',
    createdAt: timeOf(createdAt),
    expiresAt: timeOf(expiresAt),
    lastUsedAt: lastUsedAt && timeOf(lastUsedAt),
    revokedAt: revokedAt && timeOf(revokedAt),
  } as ShareWire
}
