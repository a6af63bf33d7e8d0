import type { Office } from '../office.ts'
import { readConfig } from '../config.ts'
import { Fault } from '../core/fault.ts'
import type { Organization, OrganizationId } from '../core/model.ts'
import { flagsOf, textOf, type Options } from './options.ts'

/** Opens the data folder for one piece of administration, and closes it whatever happens. */
export async function inOffice(options: Options, work: (office: Office) => Promise<void>): Promise<void> {
  const { openOffice } = await import('../office.ts')
  const office = await openOffice(readConfig(flagsOf(options)))
  try {
    await work(office)
  } finally {
    await office.close()
  }
}

/** The organization that --org names, or the only one there is. */
export async function mustOrganization(office: Office, options: Options): Promise<Organization> {
  const id = textOf(options, 'org')
  if (id !== null) return office.organizations.find(id as OrganizationId)
  const [only, another] = await office.organizations.list(null, 2)
  if (only === undefined)
    throw new Fault(
      'not_found',
      'organization',
      'There is no organization yet; make one with: dossier org create --name "My company".',
    )
  if (another !== undefined)
    throw new Fault(
      'invalid_input',
      'organization',
      'There are several organizations; say which with --org <id> (dossier org list shows them).',
    )
  return only
}
