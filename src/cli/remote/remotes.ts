/** Servers that commands may speak to, under names: `~/.config/dossier/remotes.json`, for its owner alone. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { readPrivate, writePrivate } from '../private-file.ts'
import { Refusal } from '../status.ts'

interface Remote {
  readonly server: string
  readonly token: string
}

interface Remotes {
  /** Spoken to when nothing else is said. */
  readonly current: string | null
  readonly remotes: Readonly<Record<string, Remote>>
}

export function readRemotes(path: string): Remotes {
  const content = readPrivate(path) as Partial<Remotes> | null
  const known = Object.entries(content?.remotes ?? {}).filter(([, remote]) => isRemote(remote))
  const current = content?.current
  return { current: typeof current === 'string' ? current : null, remotes: Object.fromEntries(known) }
}

export function mustRemote({ remotes }: Remotes, name: string): Remote {
  const remote = Object.hasOwn(remotes, name) ? remotes[name] : undefined
  if (remote !== undefined) return remote
  const known = Object.keys(remotes)
  const hint = known.length === 0 ? 'dossier login makes one' : `there are: ${known.join(', ')}`
  throw new Refusal('missing', `There is no remote "${name}"; ${hint}.`)
}

/** Also makes it the current one. */
export function keepRemote(path: string, name: string, remote: Remote): void {
  if (!/^[\w.-]{1,50}$/.test(name))
    throw new Refusal('usage', `"${name.slice(0, 60)}" is no name for a remote: letters, digits, dots and dashes.`)
  const { remotes } = readRemotes(path)
  write(path, { current: name, remotes: { ...remotes, [name]: remote } })
}

export function chooseRemote(path: string, name: string): void {
  const known = readRemotes(path)
  mustRemote(known, name)
  write(path, { ...known, current: name })
}

export function dropRemote(path: string, name: string): void {
  const known = readRemotes(path)
  mustRemote(known, name)
  const remotes = Object.fromEntries(Object.entries(known.remotes).filter(([other]) => other !== name))
  write(path, { current: known.current === name ? null : known.current, remotes })
}

function write(path: string, content: Remotes): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writePrivate(path, content)
}

function isRemote(value: unknown): value is Remote {
  const { server, token } = (value ?? {}) as Partial<Remote>
  return typeof server === 'string' && typeof token === 'string'
}
