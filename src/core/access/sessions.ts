/** Browser sessions of logged-in users. */
import type { Session } from '../ports/accounts-catalog.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { Passwords } from '../ports/contracts.ts'
import { Fault } from '../model/fault.ts'
import type { SessionId } from '../model/model.ts'
import { hashOf, newSessionSecret } from '../model/secrets.ts'
import { loginNameOf, PASSWORD_LENGTH } from './users.ts'

/** A session ends after `idle` milliseconds without a request, and `whole` milliseconds after login at the latest. */
export const SESSION_MS = { idle: 30 * 60_000, whole: 12 * 3_600_000 } as const

/** Maximum number of wrong passwords per account and per client address within `withinMs`. */
const ATTEMPTS = { account: 10, address: 50, withinMs: 15 * 60_000 } as const

/** Minimum interval between two writes of a session's last use. */
const TOUCH_INTERVAL_MS = 60_000
/** Maximum number of concurrent password checks, and of waiting ones: each check takes a core and 19 MiB. */
const MAX_CONCURRENT = 2
const MAX_WAITING = 32

interface LogIn {
  readonly login: string
  readonly password: string
  /** The client's IP address. */
  readonly address: string
  /** The secret of the session that this one replaces. */
  readonly replaces: string | null
}

export interface LoginPrefill {
  readonly login: string
  readonly password: string
}

export interface Sessions {
  /** Prefills the login form; null except in the demo. */
  readonly loginPrefill: LoginPrefill | null
  /**
   * The secret is for the browser's cookie. Takes the same time whether or not the user exists.
   * Faults: `unauthenticated` about `login`, `too_many` about `login` after too many wrong passwords.
   */
  logIn(attempt: LogIn): Promise<{ secret: string; session: Session }>
  /** Returns null if there is no session with this secret, or it has ended. */
  find(secret: string | null): Promise<Session | null>
  /** Also ends the grants that are bound to the session. */
  logOut(secret: string): Promise<void>
}

export function createSessions(
  catalog: Catalog,
  passwords: Passwords,
  access: { readonly invalidate: () => void },
  newId: () => string,
  now: () => number,
  loginPrefill: LoginPrefill | null,
): Sessions {
  const verify = limitConcurrency(MAX_CONCURRENT, MAX_WAITING, passwords.verify)

  const find = async (secret: string | null): Promise<Session | null> => {
    if (secret === null) return null
    const session = await catalog.session(hashOf(secret))
    const at = now()
    if (session === null || session.expiresAt <= at || session.usedAt + SESSION_MS.idle <= at) return null
    if (session.usedAt + TOUCH_INTERVAL_MS <= at) await catalog.touchSession(session.id, at)
    return session
  }

  return {
    loginPrefill,
    find,
    async logIn({ login, password, address, replaces }) {
      const name = loginNameOf(login)
      const [account, from] = [hashOf(`account ${name}`), hashOf(`address ${networkOf(address)}`)]
      const limits = [
        { key: account, most: ATTEMPTS.account },
        { key: from, most: ATTEMPTS.address },
      ]
      const at = now()
      if (!(await catalog.countAttempt(limits, at, at - ATTEMPTS.withinMs))) throw tooMany()
      const found = await catalog.login(name)
      const isCorrect = await verify(found?.password ?? null, password.slice(0, PASSWORD_LENGTH.most + 1))
      if (found === null || !isCorrect || found.account.status !== 'active')
        throw new Fault('unauthenticated', 'login', 'The e-mail address or the password is wrong.')
      await catalog.forgiveAttempt([account, from])
      const secret = newSessionSecret()
      const { id: user, organization } = found.account
      const times = { at: now(), expiresAt: now() + SESSION_MS.whole }
      const own = { id: newId() as SessionId, hash: hashOf(secret), organization, user, ...times }
      await catalog.createSession({ ...own, replaces: replaces === null ? null : hashOf(replaces) })
      const session = await find(secret)
      if (session === null) throw new Fault('unauthenticated', 'login', 'This user may not log in any more.')
      return { secret, session }
    },
    async logOut(secret) {
      await catalog.endSession(hashOf(secret), now())
      access.invalidate()
    },
  }
}

/** The /64 prefix of an IPv6 address, because one client usually controls all addresses of it. */
function networkOf(address: string): string {
  if (!address.includes(':')) return address
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''))
  const gap = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  const groups = [...left, ...gap, ...right].slice(0, 4)
  return groups.map((group) => parseInt(group, 16).toString(16)).join(':')
}

function tooMany(): Fault {
  const minutes = String(ATTEMPTS.withinMs / 60_000)
  return new Fault('too_many', 'login', `Too many wrong passwords; try again in ${minutes} minutes.`)
}

/** Runs at most `atOnce` calls at a time, first come first served. Fault: `too_many` if `most` calls are waiting. */
function limitConcurrency<A extends unknown[], R>(
  atOnce: number,
  most: number,
  work: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (...args) => {
    if (waiting.length >= most)
      throw new Fault('too_many', 'login', 'Too many people log in just now; try again in a moment.')
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work(...args)
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
