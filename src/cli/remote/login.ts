/** `dossier login` and `dossier remote`: the servers that this user speaks to. */
import { createInterface } from 'node:readline'
import { createClient } from '../../client/client.ts'
import { readServerSelection } from '../../config/config.ts'
import { flagsOf, print, type Options } from '../options.ts'
import { Refusal } from '../status.ts'
import { linesOf } from '../table.ts'
import { chooseRemote, keepRemote, readRemotes, dropRemote } from './remotes.ts'

/** The token is tried before it is kept. */
export async function login(options: Options): Promise<void> {
  const reach = readServerSelection(flagsOf(options))
  if (reach.server === null) throw new Refusal('usage', 'Say which server: --server https://files.example.com.')
  const token = reach.token ?? (await askToken())
  const { operator, organization } = await createClient({ server: reach.server, token }).me()
  const name = reach.remote ?? 'default'
  keepRemote(reach.remotes, name, { server: reach.server, token })
  const who = operator ? 'an operator' : `organization ${organization?.name ?? ''}`
  print(options, { remote: name, server: reach.server, operator, organization }, [
    `remote ${name}: ${reach.server}, as ${who} (kept in ${reach.remotes})`,
  ])
}

export function listRemotes(options: Options): void {
  const { current, remotes } = readRemotes(readServerSelection(flagsOf(options)).remotes)
  const shown = Object.entries(remotes).map(([name, { server }]) => ({ name, server, current: name === current }))
  const columns = [
    { title: '', value: (one: (typeof shown)[number]) => (one.current ? '*' : '') },
    { title: 'name', value: (one: (typeof shown)[number]) => one.name },
    { title: 'server', value: (one: (typeof shown)[number]) => one.server },
  ]
  print(options, shown, linesOf(shown, columns))
}

export function useRemote(name: string, options: Options): void {
  chooseRemote(readServerSelection(flagsOf(options)).remotes, name)
  print(options, { remote: name }, [`using ${name}`])
}

export function forgetRemote(name: string, options: Options): void {
  dropRemote(readServerSelection(flagsOf(options)).remotes, name)
  print(options, { remote: name, removed: true }, [`forgot ${name}; its token is still good: revoke it on the server`])
}

/** From a pipe, or typed without being shown. */
async function askToken(): Promise<string> {
  const { stdin, stderr } = process
  if (stdin.isTTY) stderr.write('Token: ')
  const terminal = createInterface({ input: stdin, terminal: stdin.isTTY })
  for await (const line of terminal) {
    terminal.close()
    if (stdin.isTTY) stderr.write('\n')
    if (line.trim() !== '') return line.trim()
    break
  }
  throw new Refusal('usage', 'No token came: set DOSSIER_TOKEN, give --token, or write it to standard input.')
}
