/** Where a call happens: the organization that its path names, and in whose name something is done there. */
import { OPERATOR, operatorIn } from '../../core/access/operator.ts'
import { actorOf, type Actor } from '../../core/access/actor.ts'
import { Fault } from '../../core/model/fault.ts'
import { isId } from '../../core/model/ids.ts'
import type { Module, ModuleId, Organization, OrganizationId } from '../../core/model/model.ts'
import type { Call, Permits } from '../../http/contracts.ts'
import type { Scope } from './wire.ts'

export interface OrganizationContext {
  readonly actor: Actor
  readonly organization: Organization
}

/** Path prefix of everything that belongs to one organization. */
export const ORGANIZATION_PATH = '/api/v1/organizations/:organization'

export function scope(name: Scope): Permits {
  return (scopes) => scopes.has(name)
}

/** Fault: `not_found` for an organization other than the token's, identical to the one for an unknown id. */
export async function contextOf(call: Call): Promise<OrganizationContext> {
  const id = call.params['organization'] ?? ''
  const own = call.caller.organization
  if (own !== null) {
    if (own.id !== id) throw organizationUnknown(id)
    return { actor: actorOf(call.caller), organization: own }
  }
  if (!isId(id)) throw organizationUnknown(id)
  const organization = await call.services.organizations.find(id as OrganizationId)
  const user = await call.services.organizations.firstUser(organization.id)
  if (user === null) throw organizationUnknown(id)
  return { actor: operatorIn(organization.id, user.id), organization }
}

/** For what stands above organizations; the gate refuses everybody but operators. */
export function operatorOf({ caller }: Call): Actor {
  return caller.organization === null ? OPERATOR : { ...actorOf(caller), isOperator: false }
}

export function moduleIn(call: Call, { actor }: OrganizationContext): Promise<Module> {
  return call.services.records.module(actor, call.params['module'] ?? '')
}

/** Names of an organization's modules by id, for rows that hold the module's id only. */
export async function moduleNames(call: Call, { actor }: OrganizationContext): Promise<ReadonlyMap<ModuleId, string>> {
  return new Map((await call.services.records.modules(actor)).map(({ id, name }) => [id, name]))
}

function organizationUnknown(id: string): Fault {
  return new Fault('not_found', 'organization', `There is no organization ${id.slice(0, 40)} here.`)
}
