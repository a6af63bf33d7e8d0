import { idOfPublicId } from '../../core/model/ids.ts'
import type { RecordId } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { changedContact, newContact, upsertedContact } from './bodies.ts'
import { allowsDuplicates, saveContact, wireOf } from './contact-save.ts'
import { contactUnknown } from './faults.ts'
import { contactsOf, mustBeOwnLocation, mustFindContact, contextOf } from './context.ts'
import { scope } from './scopes.ts'
import { mustBe } from './validation.ts'
import { createdContactWire } from './wire.ts'

const one = '/contacts/:contactId'

export const contactRoutes: readonly Route[] = [
  route('POST', '/contacts/', 'create-contact', create),
  route('POST', '/contacts/upsert', 'upsert-contact', upsert),
  route('GET', one, 'get-contact', read),
  route('PUT', one, 'update-contact', change),
  route('DELETE', one, 'delete-contact', remove),
]

function route(method: Route['method'], path: string, operation: string, answer: Route['answer']): Route {
  return { method, path, operation, needs: scope(method === 'GET' ? 'contacts.readonly' : 'contacts.write'), answer }
}

async function create(call: Call): Promise<Answer> {
  const context = contextOf(call)
  const { locationId, ...body } = mustBe(newContact, await call.json())
  mustBeOwnLocation(context, locationId)
  const { wire } = await saveContact(call, {
    context,
    module: await contactsOf(call, context),
    change: null,
    body,
    duplicates: allowsDuplicates(context) ? null : 'refuse',
  })
  return { status: 201, json: { contact: createdContactWire(wire), traceId: call.id } }
}

/** HighLevel's OpenAPI: a duplicate is created only when both the location and the request allow it. */
async function upsert(call: Call): Promise<Answer> {
  const context = contextOf(call)
  const { locationId, createNewIfDuplicateAllowed, ...body } = mustBe(upsertedContact, await call.json())
  mustBeOwnLocation(context, locationId)
  const { isNew, wire } = await saveContact(call, {
    context,
    module: await contactsOf(call, context),
    change: null,
    body,
    duplicates: createNewIfDuplicateAllowed === true && allowsDuplicates(context) ? null : 'update',
  })
  return { status: 200, json: { new: isNew, contact: wire, traceId: call.id } }
}

async function read(call: Call): Promise<Answer> {
  const context = contextOf(call)
  const module = await contactsOf(call, context)
  const contact = await mustFindContact(call, context, module, idIn(call))
  const fields = await call.services.fields.list(context.actor, module.id)
  return { status: 200, json: { contact: await wireOf(call, context, contact, fields), traceId: call.id } }
}

async function change(call: Call): Promise<Answer> {
  const context = contextOf(call)
  const module = await contactsOf(call, context)
  const contact = await mustFindContact(call, context, module, idIn(call))
  const { locationId: _, ...body } = mustBe(changedContact, await call.json())
  const { wire } = await saveContact(call, {
    context,
    module,
    change: contact.id,
    body,
    duplicates: allowsDuplicates(context) ? null : 'refuse',
  })
  return { status: 200, json: { succeded: true, contact: wire, traceId: call.id } }
}

async function remove(call: Call): Promise<Answer> {
  const context = contextOf(call)
  const module = await contactsOf(call, context)
  const id = idOfPublicId(idIn(call)) as RecordId | null
  const removed = id === null ? [] : await call.services.records.remove(context.actor, module.id, [id])
  if (removed.length === 0) throw contactUnknown(idIn(call))
  return { status: 200, json: { succeded: true, traceId: call.id } }
}

function idIn({ params }: Call): string {
  return params['contactId'] ?? ''
}
