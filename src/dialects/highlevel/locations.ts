import { Fault } from '../../core/model/fault.ts'
import { publicIdOf, idOfPublicId } from '../../core/model/ids.ts'
import type { Json, Organization, OrganizationId, Properties } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { outsideLocation } from './faults.ts'
import { companyIdOf } from './oauth-consent.ts'
import { mustBeOwnLocation, contextOf } from './context.ts'
import { scope } from './scopes.ts'
import { isText, type Wire } from './wire.ts'

export const locationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/locations/:locationId',
    needs: scope('locations.readonly'),
    operation: 'get-location',
    answer: readLocation,
  },
]

const ADDRESS = ['address', 'city', 'state', 'country', 'postalCode', 'website', 'timezone', 'logoUrl']
const PERSON = ['domain', 'firstName', 'lastName', 'email', 'phone']
const SETTINGS = [
  'allowDuplicateContact',
  'allowDuplicateOpportunity',
  'allowFacebookNameMerge',
  'disableContactTimezone',
]

/** `GetLocationByIdSchema`. */
function locationWire({ id, agency, name, properties }: Organization): Wire {
  const texts = (names: readonly string[]): Properties =>
    Object.fromEntries(names.flatMap((key) => (isText(properties[key]) ? [[key, properties[key]]] : [])))
  return {
    id: publicIdOf(id),
    companyId: companyIdOf(agency),
    name,
    ...texts(PERSON),
    ...texts(ADDRESS),
    business: { name, ...texts(ADDRESS) },
    social: isObject(properties['social']) ? properties['social'] : {},
    settings: Object.fromEntries(SETTINGS.map((key) => [key, properties[key] === true])),
    reseller: {},
  }
}

async function readLocation(call: Call): Promise<Answer> {
  const location = await mustMayRead(call, call.params['locationId'] ?? '')
  return { status: 200, json: { location: locationWire(location), traceId: call.id } }
}

/** Allows the location's own token, or one of the agency that owns it. */
async function mustMayRead(call: Call, face: string): Promise<Organization> {
  if (call.caller.organization !== null) {
    const context = contextOf(call)
    mustBeOwnLocation(context, face)
    return context.location
  }
  const location = await organizationBehind(call, face)
  if (location?.agency !== call.caller.agency) throw outsideLocation()
  return location
}

async function organizationBehind(call: Call, face: string): Promise<Organization | null> {
  const id = idOfPublicId(face) as OrganizationId | null
  if (id === null) return null
  try {
    return await call.services.organizations.find(id)
  } catch (error) {
    if (error instanceof Fault && error.code === 'not_found') return null
    throw error
  }
}

function isObject(value: Json | undefined): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
