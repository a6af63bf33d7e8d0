import { Fault } from '../../core/model/fault.ts'
import type { Organization } from '../../core/model/model.ts'
import type { Answer, Call } from '../../http/contracts.ts'
import { zohoJson } from './wire.ts'

export async function getOrganization(call: Call): Promise<Answer> {
  const { organization } = call.caller
  if (organization === null)
    throw new Fault('forbidden', 'organization', 'This token belongs to an agency, not to one organization.')
  const first = await call.services.organizations.firstUser(organization.id)
  return zohoJson(200, { org: [orgRow(organization, first?.email ?? null)] })
}

function orgRow({ id, name, properties }: Organization, primaryEmail: string | null): object {
  const text = (key: string): string | null => {
    const value = properties[key]
    return typeof value === 'string' && value !== '' ? value : null
  }
  return {
    id,
    zgid: id,
    company_name: name,
    alias: null,
    description: null,
    primary_email: text('email') ?? primaryEmail,
    primary_zuid: null,
    phone: text('phone'),
    mobile: null,
    fax: null,
    website: text('website'),
    street: text('address'),
    city: text('city'),
    state: text('state'),
    zip: text('postalCode'),
    country: text('country'),
    country_code: text('country'),
    time_zone: text('timezone') ?? 'UTC',
    currency: 'US Dollar',
    currency_symbol: '$',
    currency_locale: 'en_US',
    iso_code: 'USD',
    employee_count: null,
    domain_name: text('domain'),
    photo_id: null,
    gapps_enabled: false,
    mc_status: false,
    privacy_settings: false,
    translation_enabled: false,
    license_details: {
      paid: true,
      paid_type: 'free',
      paid_expiry: null,
      users_license_purchased: '0',
      trial_type: null,
      trial_expiry: null,
    },
  }
}
