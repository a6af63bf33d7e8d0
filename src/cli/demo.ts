import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openServer } from '../server/server.ts'
import { readConfig } from '../config/config.ts'
import type { Services } from '../core/services.ts'
import type { OrganizationId } from '../core/model/model.ts'
import type { LoginPrefill } from '../core/access/sessions.ts'
import { addAccounts, validRefreshToken, REDIRECT_URI } from './demo-accounts.ts'
import { makeDemo, SCOPES, USER, type Credentials } from './demo-data.ts'
import { flagsOf, textOf, type Options } from './options.ts'
import { writePrivate } from './private-file.ts'
import { closeServer, listenAndPublish, ignoreOutputErrors, stopSignal } from './serve.ts'
import { newPassword } from './user.ts'

/** The vendors' own limits (Zoho's largest edition, one user), so that the demo behaves as the vendors' services do. */
const DEFAULTS = {
  data: '.dossier/demo',
  logLevel: 'warn',
  highlevelMax: 100,
  highlevelDaily: 200_000,
  zohoTokens: 1_000,
  zohoCredits: 52_000,
  zohoConcurrency: 25,
}

/** The catalog holds only hashes, so the demo (and only the demo) keeps the plain credentials that it issued. */
const CREDENTIALS_FILE = 'demo-credentials.json'

interface SavedCredentials extends Credentials {
  readonly login: LoginPrefill
}

export async function demo(options: Options): Promise<void> {
  ignoreOutputErrors()
  const config = readConfig(flagsOf(options), DEFAULTS)
  const before = readSaved(config.data)
  const loginPrefill = before?.login ?? { login: USER.email, password: newPassword() }
  const server = await openServer(config, { loginPrefill })
  let stopped: Promise<void>
  try {
    const { login, ...credentials } = await loadOrCreate(config.data, server.services, before, loginPrefill)
    stopped = stopSignal('SIGHUP')
    const origin = await listenAndPublish(server, config)
    const file = textOf(options, 'credentials')
    if (file !== null) writePrivate(file, { origin, ...credentials })
    process.stdout.write(instructions(origin, config.data, credentials, login))
  } catch (error) {
    await server.close()
    throw error
  }
  await stopped
  await closeServer(server, config)
}

/** Credentials of an earlier run; an older version wrote no login. */
type EarlierCredentials = Credentials & Partial<SavedCredentials>

function readSaved(folder: string): EarlierCredentials | null {
  const path = join(folder, CREDENTIALS_FILE)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as EarlierCredentials) : null
}

async function loadOrCreate(
  folder: string,
  services: Services,
  before: EarlierCredentials | null,
  login: LoginPrefill,
): Promise<SavedCredentials> {
  const made = before === null ? await makeDemo(services, login) : await renewCredentials(services, before, login)
  const now = { ...made, login }
  if (JSON.stringify(now) !== JSON.stringify(before)) writePrivate(join(folder, CREDENTIALS_FILE), now)
  return now
}

/** Issued credentials stay valid; those that an older version lacked and used refresh tokens are replaced. */
async function renewCredentials(
  services: Services,
  before: EarlierCredentials,
  login: LoginPrefill,
): Promise<Credentials> {
  const { zoho, highlevel } = before
  if (before.login === undefined) {
    const organization = await services.organizations.find(zoho.orgId as OrganizationId)
    const added = await addAccounts(services, organization, login, SCOPES)
    return { ...before, zoho: { ...zoho, ...added.zoho }, highlevel: { ...highlevel, ...added.highlevel } }
  }
  const refreshTokens = {
    zoho: await validRefreshToken(services, zoho, SCOPES.zoho),
    highlevel: await validRefreshToken(services, highlevel, SCOPES.highlevel),
  }
  return {
    ...before,
    zoho: { ...zoho, refreshToken: refreshTokens.zoho },
    highlevel: { ...highlevel, refreshToken: refreshTokens.highlevel },
  }
}

function instructions(origin: string, folder: string, { zoho, highlevel }: Credentials, login: LoginPrefill): string {
  const consent = new URLSearchParams({
    response_type: 'code',
    access_type: 'offline',
    client_id: zoho.clientId,
    scope: 'ZohoCRM.modules.ALL',
    redirect_uri: REDIRECT_URI,
  })
  return `
Dossier's demo is at ${origin} (its data: ${folder}). Ctrl+C stops it.

Upload a file to a lead, as to Zoho CRM:

  echo 'Hello from Dossier' | curl -X POST '${origin}/crm/v2/Leads/${zoho.leadId}/Attachments' -H 'Authorization: Zoho-oauthtoken ${zoho.accessToken}' -F 'file=@-;filename=hello.txt'

Upload a file to a contact's custom field, as to HighLevel:

  echo 'Hello from Dossier' | curl -X POST '${origin}/forms/upload-custom-files?contactId=${highlevel.contactId}&locationId=${highlevel.locationId}' -H 'Authorization: Bearer ${highlevel.token}' -H 'Version: 2021-07-28' -F '${highlevel.fieldId}_1=@-;filename=hello.txt'

List what is attached to the lead:

  curl '${origin}/crm/v2/Leads/${zoho.leadId}/Attachments' -H 'Authorization: Zoho-oauthtoken ${zoho.accessToken}'

Log in as ${login.login} with the password ${login.password}, for example here, where a program asks for access:

  ${origin}/oauth/v2/auth?${consent.toString()}

`
}
