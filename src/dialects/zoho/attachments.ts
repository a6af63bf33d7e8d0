import { actorOf, type Actor } from '../../core/access/actor.ts'
import type { IncomingFile, Intake } from '../../core/files/intake.ts'
import { Fault } from '../../core/model/fault.ts'
import type { DataAction as Action } from '../../core/model/actions.ts'
import type { AttachmentId, CrmRecord, Module, RecordId } from '../../core/model/model.ts'
import type { Answer, Call, Part } from '../../http/contracts.ts'
import { idsOf } from './ids.ts'
import { moduleNameOf, moduleOf } from './modules.ts'
import { attachmentPolicy } from './policy.ts'
import { attachmentRow, deleted, failed, listAnswer, nothing, pageOf, written, zohoJson } from './wire.ts'

export async function upload(call: Call): Promise<Answer> {
  const { record } = await recordIdOf(call, 'attachments.create')
  return call.intake(async (intake) => {
    await takeBody(call, intake)
    const link = call.query.get('attachmentUrl')
    if (link !== null) intake.link(link)
    if (intake.count === 0) throw noFile('The request holds neither a part named file nor an attachmentUrl.')
    const attachments = await intake.attach(record)
    return zohoJson(200, {
      data: attachments.map((attachment) => written(attachment, 'attachment uploaded successfully')),
    })
  })
}

export async function list(call: Call): Promise<Answer> {
  const { actor, module, record } = await recordOf(call, 'attachments.view')
  const page = pageOf(call.query)
  const { attachments, more } = await call.services.attachments.list(
    actor,
    record.id,
    (page.page - 1) * page.perPage,
    page.perPage,
  )
  return listAnswer(
    attachments.map((attachment) => attachmentRow(attachment, record, module.name)),
    call.query,
    page,
    more,
  )
}

/**
 * v2 answers an unknown attachment with 204. Its SDKs take the file name from after the last `'` of the header, and
 * parse every media type that they know.
 */
export async function download(call: Call): Promise<Answer> {
  const { module = '', record = '', id = '' } = call.params
  const actor = actorOf(call.caller)
  const found = await call.services.attachments.download(actor, module, record as RecordId, id as AttachmentId)
  if (found === null) {
    // Throws the specific fault when the module or the record is what is missing.
    await recordOf(call, 'attachments.view')
    return nothing
  }
  const { attachment, bytes } = found
  if (attachment.role !== 'attachment') return nothing
  return call.send(attachment, { type: 'application/x-download;charset=UTF-8', names: 'extended', bytes })
}

export async function removeOne(call: Call): Promise<Answer> {
  const { actor, record } = await recordIdOf(call, 'attachments.delete')
  const id = (call.params['id'] ?? '') as AttachmentId
  const removed = await call.services.attachments.remove(actor, record, [id])
  if (removed.length === 0)
    throw new Fault(
      'not_found',
      'attachment',
      'The record has no attachment of this id; it may have been deleted before.',
    )
  return zohoJson(200, { data: [deleted(id)] })
}

export async function removeMany(call: Call): Promise<Answer> {
  const { actor, record } = await recordIdOf(call, 'attachments.delete')
  const ids = idsOf(call) as AttachmentId[]
  const removed = new Set(await call.services.attachments.remove(actor, record, ids))
  return zohoJson(200, {
    data: ids.map((id) => (removed.has(id) ? deleted(id) : failed('INVALID_DATA', 'record not deleted', { id }))),
  })
}

/**
 * Actor and record id from the path; checks that the record exists and that the actor may do `action`, without loading
 * it.
 */
async function recordIdOf(call: Call, action: Action): Promise<{ actor: Actor; record: RecordId }> {
  const actor = actorOf(call.caller)
  const record = (call.params['record'] ?? '') as RecordId
  return { actor, record: (await call.services.records.place(actor, moduleNameOf(call), record, action)).record }
}

/**
 * The record and module that the path names. Faults: `not_found`, and `forbidden` when the actor may not do `action`.
 */
export async function recordOf(
  call: Call,
  action: Action,
): Promise<{ actor: Actor; module: Module; record: CrmRecord }> {
  const { actor, module } = await moduleOf(call)
  const record = await call.services.records.find(actor, module.id, (call.params['record'] ?? '') as RecordId, action)
  return { actor, module, record }
}

export function noFile(sentence: string): Fault {
  return new Fault(
    'invalid_input',
    'body',
    `${sentence} Send multipart/form-data with a part named file, or attachmentUrl=<link>.`,
    { reason: 'no_file' },
  )
}

/** The part as a file; `name` is used when the part has no filename. */
export function fileOf(part: Part, name: string): IncomingFile {
  return {
    part: part.name,
    name: part.filename ?? name,
    claimedType: part.type,
    encoding: part.encoding,
    digest: part.digest,
    label: labelOf(part),
    bytes: part.bytes,
  }
}

/** The label of a part in error messages. */
function labelOf(part: Part): string {
  return `Part ${String(part.index)} ("${part.name.slice(0, 60)}")`
}

async function takeBody(call: Call, intake: Intake): Promise<void> {
  if (call.bodyKind === 'urlencoded') {
    const link = (await call.form()).get('attachmentUrl')
    if (link !== null) intake.link(link)
  } else if (call.bodyKind === 'multipart' || (call.bodyKind === 'other' && !call.query.has('attachmentUrl'))) {
    await takeParts(call, intake)
  }
}

async function takeParts(call: Call, intake: Intake): Promise<void> {
  const others: string[] = []
  for await (const part of call.parts()) {
    if (part.name === 'file' && part.isFile) {
      await intake.file(fileOf(part, 'file'), attachmentPolicy)
    } else if (part.name === 'attachmentUrl') {
      intake.link((await part.text()).trim())
    } else {
      others.push(
        part.name === 'file'
          ? 'file (without a filename and without a Content-Type, so it is no file)'
          : part.name.slice(0, 60),
      )
      await part.skip()
    }
  }
  if (intake.count === 0 && others.length > 0)
    throw noFile(`The form holds ${String(others.length)} part(s), but no file: ${others.slice(0, 5).join(', ')}.`)
}
