/** A command's conversation with its server. */
import { createClient, type Client, type OrganizationClient } from '../../client/client.ts'
import { textOf, type Options } from '../options.ts'
import { Refusal } from '../status.ts'
import { chooseServer } from './choice.ts'
import { openLocal } from './local.ts'

export interface Session {
  readonly client: Client
  /** The organization that --org names, the token's own, or the only one there is. */
  organization(): Promise<OrganizationClient>
}

export async function withServer<T>(options: Options, work: (session: Session) => Promise<T>): Promise<T> {
  const choice = chooseServer(options)
  if ('server' in choice) return work(sessionOf(createClient(choice), options))
  const local = await openLocal(options)
  try {
    return await work(sessionOf(createClient({ server: local.url, token: local.token }), options))
  } finally {
    await local.close()
  }
}

/** With the organization looked up. */
export function inOrganization<T>(
  options: Options,
  work: (organization: OrganizationClient) => Promise<T>,
): Promise<T> {
  return withServer(options, async (session) => work(await session.organization()))
}

function sessionOf(client: Client, options: Options): Session {
  return {
    client,
    async organization() {
      const named = textOf(options, 'org')
      if (named !== null) return client.organization(named)
      const { organization } = await client.me()
      return client.organization(organization === null ? await onlyOne(client) : organization.id)
    },
  }
}

async function onlyOne(client: Client): Promise<string> {
  const [only, another] = await client.organizations.list({ pageSize: 2 }).all(2)
  if (only === undefined)
    throw new Refusal('missing', 'There is no organization yet; make one with: dossier org create --name "My company".')
  if (another !== undefined)
    throw new Refusal(
      'usage',
      'There are several organizations; say which with --org <id> (dossier org list shows them).',
    )
  return only.id
}
