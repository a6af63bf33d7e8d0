import type { Administration } from '../server/administration.ts'
import { readConfig } from '../config/config.ts'
import { Fault } from '../core/model/fault.ts'
import type { Organization, OrganizationId } from '../core/model/model.ts'
import { flagsOf, textOf, type Options } from './options.ts'

/** Opens the catalog for one administrative command, and closes it even if the command fails. */
export async function withAdministration(
  options: Options,
  work: (administration: Administration) => Promise<void>,
): Promise<void> {
  const { openAdministration } = await import('../server/administration.ts')
  const administration = await openAdministration(readConfig(flagsOf(options)))
  try {
    await work(administration)
  } finally {
    await administration.close()
  }
}

/** The organization given by --org, or the only one in the catalog. */
export async function mustOrganization(administration: Administration, options: Options): Promise<Organization> {
  const id = textOf(options, 'org')
  if (id !== null) return administration.organizations.find(id as OrganizationId)
  const [only, another] = await administration.organizations.list(null, 2)
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
