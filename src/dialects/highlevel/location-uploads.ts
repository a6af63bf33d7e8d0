/**
 * POST /locations/{id}/customFields/upload: files that a later PUT puts into a field. The answer acknowledges them, so
 * they are stored durably.
 */
import type { FileClaim } from '../../core/files/policy.ts'
import type { Intake } from '../../core/files/intake.ts'
import { Fault } from '../../core/model/fault.ts'
import { holdsFiles } from '../../core/crm/fields.ts'
import { idOfPublicId } from '../../core/model/ids.ts'
import type { Attachment, Field, Module, RecordId } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import {
  contactsOf,
  mustBeOwnLocation,
  mustFindContact,
  contextOf,
  type LocationContext,
  mustMayUpload,
} from './context.ts'
import { mustMatchField, uploadPolicy } from './policy.ts'
import { scope } from './scopes.ts'
import { incomingFile, mustBeForm, noFile, partName } from './upload-parts.ts'
import { documentUrl, metaOf } from './file-wire.ts'

export const locationUploadRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/locations/:locationId/customFields/upload',
    needs: scope('locations/customFields.write'),
    operation: 'upload-file-customFields',
    answer: uploadToLocation,
  },
]

/** The parsed form. Its text parts may come before or after the files. */
interface Received {
  readonly names: string[]
  readonly claims: { readonly claim: FileClaim; readonly field: Field | undefined }[]
  id: string
  maxFiles: string
}

async function uploadToLocation(call: Call): Promise<Answer> {
  const context = contextOf(call)
  mustBeOwnLocation(context, call.params['locationId'])
  await mustMayUpload(call, context, null)
  mustBeForm(call)
  const module = await contactsOf(call, context)
  const fields = await call.services.fields.list(context.actor, module.id)
  const received: Received = { names: [], claims: [], id: '', maxFiles: '' }
  const attachments = await call.intake(async (intake) => {
    await takeForm(call, intake, fields, received)
    mustMatchFields(received, fields)
    return intake.attach(await ownerOf(call, context, module, received.id))
  })
  return { status: 200, json: { ...filesWire(attachments, received.names, call.origin), traceId: call.id } }
}

async function takeForm(call: Call, intake: Intake, fields: readonly Field[], received: Received): Promise<void> {
  const policy = uploadPolicy(call.services.sniff)
  for await (const part of call.bodyKind === 'none' ? [] : call.parts()) {
    if (part.isFile) {
      const file = incomingFile(part)
      // HighLevel does not define the part's name; public clients send <custom_field_id>_<uuid>.
      const id = idOfPublicId(partName(part.name).fieldId)
      const field = fields.find((known) => known.id === id && holdsFiles(known))
      received.names.push(part.name)
      received.claims.push({ claim: file, field })
      await intake.file(file, policy, { ...(field && { field: field.id }), published: true })
    } else if (part.name === 'id') received.id = (await part.text(200)).trim()
    else if (part.name === 'maxFiles') received.maxFiles = (await part.text(200)).trim()
    else await part.skip()
  }
  if (intake.count === 0) throw noFile([])
}

/** Checks the files against the fields that the form names and against its own `maxFiles`. */
function mustMatchFields({ claims, id, maxFiles }: Received, fields: readonly Field[]): void {
  const named = idOfPublicId(id)
  const field = fields.find((known) => known.id === named && holdsFiles(known))
  for (const { claim, field: own } of claims) {
    const target = own ?? field
    if (target !== undefined) mustMatchField(claim, target)
  }
  if (!/^\d{1,9}$/.test(maxFiles) || claims.length <= Number(maxFiles)) return
  throw new Fault(
    'invalid_input',
    'part',
    `The form holds ${String(claims.length)} files, and its own part "maxFiles" allows ${maxFiles}.`,
  )
}

/** The contact that `id` names; with any other id the files belong to the location itself. */
async function ownerOf(call: Call, context: LocationContext, module: Module, face: string): Promise<RecordId | null> {
  if (idOfPublicId(face) === null) return null
  try {
    return (await mustFindContact(call, context, module, face)).id
  } catch (error) {
    if (error instanceof Fault && error.code === 'not_found') return null
    throw error
  }
}

function filesWire(attachments: readonly Attachment[], names: readonly string[], origin: string) {
  return {
    uploadedFiles: Object.fromEntries(attachments.map((file) => [file.name, documentUrl(file, origin)])),
    meta: attachments.map((file, at) => ({
      fieldname: names[at],
      ...metaOf(file),
      url: documentUrl(file, origin),
    })),
  }
}
