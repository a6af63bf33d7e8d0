/**
 * POST /forms/upload-custom-files: uploads files to a contact's custom fields. Despite its path, it does not concern
 * forms.
 */
import type { Intake } from '../../core/files/intake.ts'
import { Fault } from '../../core/model/fault.ts'
import type { Field } from '../../core/model/model.ts'
import type { Policy } from '../../core/files/policy.ts'
import type { Answer, Call, Part, Route } from '../../http/contracts.ts'
import { wireOf } from './contact-save.ts'
import { invalid } from './faults.ts'
import { contactsOf, mustBeOwnLocation, mustFindContact, contextOf, mustMayUpload } from './context.ts'
import { fieldPolicy, uploadPolicy } from './policy.ts'
import { scope } from './scopes.ts'
import { incomingFile, labelOf, mustBeFileField, mustBeForm, noFile } from './upload-parts.ts'
import { requiredSentences } from './validation.ts'

export const uploadRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/forms/upload-custom-files',
    needs: scope('forms.write'),
    operation: 'upload-to-custom-fields',
    answer: uploadToCustomFields,
  },
]

async function uploadToCustomFields(call: Call): Promise<Answer> {
  const context = contextOf(call)
  const { contactId, locationId } = mustBeQuery(call.query)
  mustBeOwnLocation(context, locationId)
  const module = await contactsOf(call, context)
  const contact = await mustFindContact(call, context, module, contactId)
  await mustMayUpload(call, context, contact.id)
  mustBeForm(call)
  const fields = await call.services.fields.list(context.actor, module.id)
  await call.intake(async (intake) => {
    await takeParts(call, intake, fields)
    await intake.attach(contact.id)
  })
  const updated = await call.services.records.find(context.actor, module.id, contact.id)
  const wire = await wireOf(call, context, updated, fields)
  return { status: 200, json: { succeded: true, contact: wire, traceId: call.id } }
}

/** Text parts that some clients send with the files do not override the query. */
async function takeParts(call: Call, intake: Intake, fields: readonly Field[]): Promise<void> {
  const policy = uploadPolicy(call.services.sniff)
  const taken = new Map<Field, Set<string>>()
  const texts: string[] = []
  for await (const part of call.bodyKind === 'none' ? [] : call.parts()) {
    if (part.isFile) await takeFile(part, intake, fields, policy, taken)
    else {
      if (texts.length < 100) texts.push(labelOf(part))
      await part.skip()
    }
  }
  if (intake.count === 0) throw noFile(texts)
}

async function takeFile(
  part: Part,
  intake: Intake,
  fields: readonly Field[],
  policy: Policy,
  taken: Map<Field, Set<string>>,
): Promise<void> {
  const { field, fileId } = mustBeFileField(part, fields)
  const keys = taken.get(field) ?? new Set()
  if (keys.size >= field.maxFiles) throw tooMany(part, field)
  // Two parts of one name are two files: the second gets a new id instead of replacing the first.
  const fieldKey = keys.has(fileId) ? crypto.randomUUID() : fileId
  taken.set(field, keys.add(fieldKey))
  await intake.file(incomingFile(part), fieldPolicy(policy, field), { field: field.id, fieldKey, published: true })
}

function tooMany(part: Part, { name, maxFiles }: Field): Fault {
  return new Fault(
    'invalid_input',
    'part',
    `${labelOf(part)} is one file too many: the custom field "${name.slice(0, 60)}" takes at most ${String(maxFiles)} in one upload (its maxFileLimit).`,
  )
}

/** The live API's whitelist is strict: any other key is refused, and each key must have one text value. */
function mustBeQuery(query: URLSearchParams): { contactId: string; locationId: string } {
  const known = ['contactId', 'locationId']
  const unknown = [...new Set(query.keys())].filter((key) => !known.includes(key)).slice(0, 20)
  const messages = [
    ...unknown.map((key) => `property ${key.slice(0, 60)} should not exist`),
    ...known.flatMap((key) => sentencesFor(key, query.getAll(key))),
  ]
  if (messages.length > 0) throw invalid(messages)
  return { contactId: query.get('contactId') ?? '', locationId: query.get('locationId') ?? '' }
}

function sentencesFor(key: string, values: readonly string[]): readonly string[] {
  const [value] = values
  if (values.length > 1) return [`${key} must be a string`]
  return value === undefined || value === '' ? requiredSentences(key, value) : []
}
