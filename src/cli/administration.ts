import type { Administration } from '../server/administration.ts'
import { readConfig } from '../config/config.ts'
import type { Actor } from '../core/access/actor.ts'
import { OPERATOR, operatorIn } from '../core/access/operator.ts'
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

/** The command line acts as the operator, in the name of the organization's first user. */
export async function operatorActor(
  { organizations }: Pick<Administration, 'organizations'>,
  organization: OrganizationId,
): Promise<Actor> {
  const user = await organizations.firstUser(organization)
  if (user === null) throw new Fault('not_found', 'organization', 'The organization has no user.')
  return operatorIn(organization, user.id)
}

/** The operator in the organization that --org names, or in the only one there is. */
export async function mustActor(administration: Administration, options: Options): Promise<Actor> {
  return operatorActor(administration, (await mustOrganization(administration, options)).id)
}

/** The organization that --org names, or the only one there is. */
export async function mustOrganization(administration: Administration, options: Options): Promise<Organization> {
  const id = textOf(options, 'org')
  if (id !== null) return administration.organizations.find(id as OrganizationId)
  const [only, another] = await administration.organizations.list(OPERATOR, null, 2)
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
