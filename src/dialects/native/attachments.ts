import { z } from 'zod'
import { Fault } from '../../core/model/fault.ts'
import type { AttachmentId, RecordId } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { attachmentChange, attachmentIds } from './bodies.ts'
import { ORGANIZATION_PATH, contextOf, scope } from './context.ts'
import { attachmentWire } from './model-wire.ts'
import { bodyOf } from './validation.ts'
import { attachment, removals, type RemovalsWire } from './wire.ts'

const tag = 'Attachments'
const ONE = `${ORGANIZATION_PATH}/attachments/:attachment`
const bytes = z.file()

export const attachmentRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: `${ORGANIZATION_PATH}/attachments/delete`,
    operation: 'delete attachments',
    needs: scope('attachments.write'),
    about: {
      tag,
      description: 'Up to 500 at once. What is not there is said so and stops nothing else.',
      body: { type: 'application/json', schema: attachmentIds },
      answers: { 200: { description: 'What became of each', schema: removals } },
    },
    answer: removeMany,
  },
  {
    method: 'GET',
    path: ONE,
    operation: 'get an attachment',
    needs: scope('attachments.read'),
    about: { tag, answers: { 200: { description: 'The attachment, without its bytes', schema: attachment } } },
    answer: async (call) => {
      const { actor } = await contextOf(call)
      const found = await call.services.attachments.find(actor, null, idIn(call))
      return { status: 200, json: attachmentWire(found) }
    },
  },
  {
    method: 'PATCH',
    path: ONE,
    operation: 'change an attachment',
    needs: scope('attachments.write'),
    about: {
      tag,
      description: 'Renames it, or moves it to another record.',
      body: { type: 'application/json', schema: attachmentChange },
      answers: { 200: { description: 'The attachment as it is now', schema: attachment } },
    },
    answer: change,
  },
  {
    method: 'DELETE',
    path: ONE,
    operation: 'delete an attachment',
    needs: scope('attachments.write'),
    about: { tag, answers: { 204: { description: 'It is gone, its bytes too', schema: null } } },
    answer: remove,
  },
  {
    method: 'GET',
    path: `${ONE}/content`,
    operation: 'download an attachment',
    needs: scope('attachments.read'),
    about: {
      tag,
      description:
        'The bytes. The `ETag` is their SHA-256 and never changes. One range is answered with 206; several ranges in one request are answered with the whole file. A link has no bytes: 400.',
      headers: {
        Range: '`bytes=0-1023`, `bytes=1024-` or `bytes=-500`',
        'If-Range': 'The `ETag` of the part at hand: another file is answered whole',
        'If-None-Match': 'The `ETag` at hand: 304 while it is still that file',
      },
      answers: {
        200: { description: 'The whole file', schema: bytes, type: 'application/octet-stream' },
        206: { description: 'The range that was asked for', schema: bytes, type: 'application/octet-stream' },
        302: { description: 'Where the store itself has it for a minute, with `s3Redirect`', schema: null },
        304: { description: 'It is the file that the client has', schema: null },
      },
    },
    answer: async (call) => {
      const { actor } = await contextOf(call)
      return call.sendPart(await call.services.attachments.find(actor, null, idIn(call)))
    },
  },
]

async function change(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { name, record } = await bodyOf(attachmentChange, call)
  const changed = await call.services.attachments.change(actor, idIn(call), {
    ...(name === undefined ? {} : { name }),
    ...(record === undefined ? {} : { record: record as RecordId | null }),
  })
  return { status: 200, json: attachmentWire(changed) }
}

async function remove(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const removed = await call.services.attachments.remove(actor, 'any', [idIn(call)])
  if (removed.length === 0)
    throw new Fault('not_found', 'attachment', 'There is no such attachment here: it was never made, or was removed.')
  return { status: 204 }
}

async function removeMany(call: Call): Promise<Answer> {
  const { actor } = await contextOf(call)
  const { ids } = await bodyOf(attachmentIds, call)
  const removed = new Set<string>(await call.services.attachments.remove(actor, 'any', ids as AttachmentId[]))
  const answer: RemovalsWire = {
    items: ids.map((id) => ({ id, outcome: removed.has(id) ? 'removed' : 'missing' })),
  }
  return { status: 200, json: answer }
}

function idIn({ params }: Call): AttachmentId {
  return (params['attachment'] ?? '') as AttachmentId
}
