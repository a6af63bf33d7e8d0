import { Fault } from '../core/model/fault.ts'
import type { Client, Flow, UserId } from '../core/model/model.ts'
import { BadSetting } from '../config/config.ts'
import { mustActor, operatorActor, withAdministration } from './administration.ts'
import { print, textOf, type Options } from './options.ts'

export const FLOWS: readonly Flow[] = ['code', 'implicit', 'credentials', 'self']

export function createClient(options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    const actor = await mustActor(administration, options)
    const request = {
      name: textOf(options, 'name') ?? '',
      wire: textOf(options, 'wire') as Client['wire'],
      flows: valuesOf(options, 'flow').map(mustBeFlow),
      scopes: valuesOf(options, 'scope'),
      redirectUris: (options['redirectUri'] as readonly string[] | undefined) ?? [],
    }
    const { client, secret } = await administration.clients.create(actor, request, null)
    print(options, { ...shown(client), secret }, [
      `client id      ${client.id}`,
      `client secret  ${secret}`,
      '',
      'Keep the secret now: only its hash is stored, and it is not shown again.',
    ])
  })
}

export function listClients(options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    const clients = await administration.clients.list(await mustActor(administration, options))
    print(
      options,
      clients.map(shown),
      clients.map((client) => `${client.id}  ${client.wire}  ${client.flows.join(',')}  ${client.name}`),
    )
  })
}

/** Creates an authorization code of a self client, which the client exchanges itself. */
export function createGrant(options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    const client = await administration.clients.find(textOf(options, 'client') ?? '')
    if (client === null) throw new Fault('not_found', 'client', 'There is no client of this id.')
    if (!client.flows.includes('self'))
      throw new Fault('forbidden', 'client', `${client.name} is not registered for the flow self.`)
    const organization = await administration.organizations.find(client.organization)
    const user = textOf(options, 'user')
    const account =
      user === null
        ? null
        : await administration.users.find(await operatorActor(administration, organization.id), user as UserId)
    const scopes = valuesOf(options, 'scope')
    const seconds = secondsOf(textOf(options, 'expiresIn') ?? '600')
    const request = { client, organization, user: account?.id ?? null, scopes, by: 'command', session: null } as const
    const terms = { redirectUri: null, challenge: null, offline: true, lifetimeMs: seconds * 1_000 }
    const code = await administration.grants.code(request, terms)
    print(options, { client: client.id, code, expiresIn: seconds }, [
      `code  ${code}`,
      '',
      `Exchange it within ${String(seconds)} seconds; it is good once.`,
    ])
  })
}

function shown({ id, organization, name, wire, flows, scopes, redirectUris, createdAt }: Client): object {
  return { id, organization, name, wire, flows, scopes, redirectUris, created: new Date(createdAt).toISOString() }
}

function valuesOf(options: Options, name: string): string[] {
  return (textOf(options, name) ?? '').split(/[\s,]+/).filter((word) => word !== '')
}

function mustBeFlow(word: string): Flow {
  const flow = FLOWS.find((known) => known === word)
  if (flow === undefined) throw new BadSetting(`--flow names "${word.slice(0, 40)}"; expected ${FLOWS.join(', ')}.`)
  return flow
}

function secondsOf(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text))
    throw new BadSetting(`--expires-in is "${text.slice(0, 40)}"; expected a whole number of seconds, at most 99999.`)
  return Number(text)
}
