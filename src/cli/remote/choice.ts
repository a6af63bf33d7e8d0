/** Which server a command speaks to: what the command line says, then the environment, then the remote in use, then the local data folder. */
import { readServerSelection, type ServerSelection } from '../../config/config.ts'
import { flagsOf, textOf, type Options } from '../options.ts'
import { Refusal } from '../status.ts'
import { mustRemote, readRemotes } from './remotes.ts'

type Choice = { readonly server: string; readonly token: string } | { readonly folder: true }

const FLAGS = ['server', 'remote', 'data'] as const
/** Stores that any process may open; the folder beside them is no server's alone. */
const STORES = { databaseUrl: 'database-url', blobsUrl: 'blobs-url' } as const

export function chooseServer(options: Options): Choice {
  const places = FLAGS.filter((flag) => textOf(options, flag) !== null)
  const stores = Object.entries(STORES).flatMap(([name, flag]) => (textOf(options, name) === null ? [] : [flag]))
  const said = places[0] === 'data' ? places : [...places, ...stores.slice(0, 1)]
  if (said.length > 1)
    throw new Refusal('usage', `Say one of ${said.map((flag) => `--${flag}`).join(' and ')}: each names a server.`)
  const reach = readServerSelection(flagsOf(options))
  if (said[0] === 'data' || stores.length > 0) return { folder: true }
  if (said[0] === 'remote') return named(reach, reach.remote ?? '')
  if (reach.server !== null) return { server: reach.server, token: mustToken(reach.token) }
  if (reach.remote !== null) return named(reach, reach.remote)
  if (reach.hasFolder) return { folder: true }
  const { current } = readRemotes(reach.remotes)
  return current === null ? { folder: true } : named(reach, current)
}

function named({ remotes }: ServerSelection, name: string): Choice {
  return mustRemote(readRemotes(remotes), name)
}

function mustToken(token: string | null): string {
  if (token !== null) return token
  throw new Refusal('usage', 'A server needs a token: set DOSSIER_TOKEN, or give --token.')
}
