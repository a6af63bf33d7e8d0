import type { Intake, Placement } from '../../core/files/intake.ts'
import { Fault } from '../../core/model/fault.ts'
import type { Field, FieldId, RecordId } from '../../core/model/model.ts'
import type { Policy } from '../../core/files/policy.ts'
import type { Answer, Call, Part, Route } from '../../http/contracts.ts'
import { z } from 'zod'
import { ORGANIZATION_PATH, contextOf, scope, type OrganizationContext } from './context.ts'
import { policyFor } from './policy.ts'
import { uploadQuery } from './queries.ts'
import { recordIn } from './records.ts'
import { attachmentWire } from './model-wire.ts'
import { queryOf } from './validation.ts'
import { uploaded } from './wire.ts'

/** Maximum bytes of a `link` part; the limit of a link itself is lower. */
const MAX_LINK_PART_BYTES = 16_384

const files = z.object({
  file: z.array(z.file()).optional().meta({ description: 'Any number of files, under this or any other name' }),
  link: z
    .array(z.string())
    .optional()
    .meta({ description: 'Any number of http or https URLs, kept and never fetched', example: [] }),
})

const about = {
  tag: 'Attachments',
  headers: {
    'Idempotency-Key':
      'Repeated under the same key within a day, the upload is answered as it was and nothing is made twice',
    'Content-Digest': 'SHA-256 of the whole body (RFC 9530); another body is refused',
  },
  body: { type: 'multipart/form-data', schema: files },
  answers: { 201: { description: 'What was made, in the order of the parts', schema: uploaded } },
} as const

export const uploadRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: `${ORGANIZATION_PATH}/records/:record/attachments`,
    operation: 'upload to a record',
    needs: scope('attachments.write'),
    about: {
      ...about,
      description:
        'Files and links together: all are attached, or none is. A part may announce its SHA-256 in a header `x-dossier-sha256`, which is compared and receipted. One file has at most 5 GiB.',
      query: uploadQuery,
    },
    answer: toRecord,
  },
  {
    method: 'POST',
    path: `${ORGANIZATION_PATH}/attachments`,
    operation: 'upload to the organization',
    needs: scope('attachments.write'),
    about: { ...about, description: 'As to a record, for what belongs to none. It can be moved to one later.' },
    answer: toOrganization,
  },
]

async function toRecord(call: Call): Promise<Answer> {
  const { context, record } = await recordIn(call)
  const query = queryOf(uploadQuery, call)
  const field =
    query.field === undefined ? null : await call.services.fields.find(context.actor, query.field as FieldId)
  if (field !== null && field.module !== record.module)
    throw new Fault('invalid_input', 'field', `The field ${field.id} is not one of the record's module.`)
  return take(call, context, record.id, field)
}

async function toOrganization(call: Call): Promise<Answer> {
  const context = await contextOf(call)
  queryOf(z.strictObject({}), call)
  return take(call, context, null, null)
}

async function take(
  call: Call,
  { actor }: OrganizationContext,
  record: RecordId | null,
  field: Field | null,
): Promise<Answer> {
  await call.services.gate.authorize(actor, 'attachments.create', { kind: 'file', record, role: 'attachment' })
  const policy = policyFor(field)
  return call.intake(async (intake) => {
    for await (const part of call.parts()) await takePart(part, intake, policy, field)
    if (intake.count === 0)
      throw new Fault('invalid_input', 'body', 'The form holds no file and no part named link.', { reason: 'no_file' })
    const made = await intake.attach(record)
    return { status: 201, json: { items: made.map(attachmentWire) } }
  }, actor)
}

async function takePart(part: Part, intake: Intake, policy: Policy, field: Field | null): Promise<void> {
  const label = `Part ${String(part.index)} ("${part.name.slice(0, 60)}")`
  if (field !== null && intake.count >= field.maxFiles)
    throw new Fault(
      'invalid_input',
      'part',
      `${label} is one too many: the field "${field.name.slice(0, 60)}" takes at most ${String(field.maxFiles)} in one upload.`,
    )
  if (part.isFile) {
    const { name, filename, type, encoding, digest, bytes } = part
    const file = { part: name, name: filename ?? 'file', claimedType: type, encoding, digest, label, bytes }
    await intake.file(file, policy, placementIn(field))
  } else if (part.name === 'link') {
    const url = (await part.text(MAX_LINK_PART_BYTES)).trim()
    // An input left empty: browsers send it as well.
    if (url !== '') intake.link(url, placementIn(field))
  } else {
    throw new Fault(
      'invalid_input',
      'part',
      `${label} is a text, and only texts named link are understood. A file's part needs a filename.`,
    )
  }
}

function placementIn(field: Field | null): Placement {
  return field === null ? {} : { field: field.id, fieldKey: crypto.randomUUID() }
}
