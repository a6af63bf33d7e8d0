// Programs that ask for access, and somebody with a browser who has no scripts: registered, logged in, consenting.
import assert from 'node:assert/strict'
import type { Server } from './server.ts'

export const REDIRECT_URI = 'http://127.0.0.1:5500/redirect.html'

export interface Program {
  readonly id: string
  readonly secret: string
}

export interface Person {
  readonly id: string
  readonly login: string
  readonly password: string
}

export interface AccountHolder {
  readonly org: string
  readonly location: string
  readonly agency: string
  readonly person: Person
  readonly program: Program
}

/** An organization with one user who may log in, and one program for all flows. */
export async function createAccountHolder(
  server: Server,
  wire: 'zoho' | 'highlevel' = 'zoho',
  name = 'Blue Harbor',
  ...more: string[]
): Promise<AccountHolder> {
  const login = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`
  const own = ['org', 'create', '--name', name, '--user', 'Ines Marsh', '--email', login, ...more]
  const { id: org, location, agency } = await server.cli<{ id: string; location: string; agency: string }>(...own)
  return { org, location, agency, person: await createPerson(server, org), program: await register(server, org, wire) }
}

/** Lets the organization's first user log in. */
export async function createPerson(server: Server, org: string, ...more: string[]): Promise<Person> {
  const [user] = await server.cli<{ id: string }[]>('user', 'list', '--org', org)
  assert.ok(user)
  return { ...(await server.cli<Person>('user', 'login', user.id, '--org', org, ...more)), id: user.id }
}

export async function register(
  server: Server,
  org: string,
  wire: 'zoho' | 'highlevel',
  { name = 'Filing cabinet', flow = 'code,implicit,credentials,self', redirectUri = [REDIRECT_URI] } = {},
): Promise<Program> {
  const words = ['--name', name, '--wire', wire, '--flow', flow, '--redirect-uri', ...redirectUri]
  return server.cli<Program>('client', 'create', '--org', org, ...words)
}

/** A browser without scripts: cookies, forms, and no redirect followed by itself. */
export class Visitor {
  readonly cookies = new Map<string, string>()
  /** Sent with every request. */
  readonly headers: Record<string, string>

  constructor(headers: Record<string, string> = {}) {
    this.headers = headers
  }

  async open(url: string, init: RequestInit = {}): Promise<Seen> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...this.headers, ...(init.headers as Record<string, string> | undefined), cookie }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';', 1)[0] ?? '').split('=')
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    const text = await response.text()
    const location = response.headers.get('location')
    return { url, status: response.status, headers: response.headers, text, location }
  }

  /** Sends the form with that step, with what it holds and what was filled in. */
  submit(page: Seen, step: string, fields: Record<string, string> = {}): Promise<Seen> {
    const body = new URLSearchParams({ ...hiddenOf(page, step), ...fields })
    return this.open(page.url, { method: 'POST', body })
  }

  /** Logs in where a login is asked for. Answers the page behind it. */
  async logIn(url: string, { login, password }: Pick<Person, 'login' | 'password'>): Promise<Seen> {
    const page = await this.open(url)
    if (!page.text.includes('name="password"')) return page
    const answer = await this.submit(page, 'login', { login, password })
    assert.equal(answer.status, 302, answer.text)
    return this.open(new URL(answer.location ?? '', url).href)
  }

  /** Logs in, allows, and answers where the browser is sent. */
  async consent(url: string, person: Person, fields: Record<string, string> = {}): Promise<URL> {
    const page = await this.logIn(url, person)
    const answer = await this.submit(page, 'allow', fields)
    assert.equal(answer.status, 302, answer.text)
    return new URL(answer.location ?? '')
  }
}

export interface Seen {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly location: string | null
}

function hiddenOf({ text }: Seen, step: string): Record<string, string> {
  const form = text.split('<form').find((piece) => piece.includes(`name="step" value="${step}"`)) ?? ''
  const inputs = [...form.matchAll(/<input\s+type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"/g)]
  return Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, value]))
}

/** The address where a Zoho program sends its user. */
export function zohoQuestion(server: Server, program: Program, more: Record<string, string> = {}): string {
  const query = { response_type: 'code', client_id: program.id, scope: 'ZohoCRM.modules.ALL', ...more }
  return `${server.origin}/oauth/v2/auth?${new URLSearchParams({ redirect_uri: REDIRECT_URI, ...query }).toString()}`
}

export type Said = Record<string, unknown> & { access_token?: string; refresh_token?: string; error?: string }

export interface TokenAnswer {
  readonly status: number
  readonly body: Said
  readonly text: string
}

/** A token request as most SDKs send it. */
export async function askToken(server: Server, path: string, fields: Record<string, string>): Promise<TokenAnswer> {
  const response = await fetch(server.origin + path, { method: 'POST', body: new URLSearchParams(fields) })
  const text = await response.text()
  return { status: response.status, body: JSON.parse(text) as Said, text }
}

export function zohoToken(
  server: Server,
  { id, secret }: Program,
  fields: Record<string, string>,
): Promise<TokenAnswer> {
  return askToken(server, '/oauth/v2/token', { client_id: id, client_secret: secret, ...fields })
}

export function highlevelToken(
  server: Server,
  { id, secret }: Program,
  fields: Record<string, string>,
): Promise<TokenAnswer> {
  return askToken(server, '/oauth/token', { client_id: id, client_secret: secret, ...fields })
}
