import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openHouse } from '../compose.ts'
import { readConfig } from '../config.ts'
import type { Desk } from '../core/desk.ts'
import { makeDemo, type Credentials } from './demo-data.ts'
import { flagsOf, textOf, type Options } from './options.ts'
import { writePrivate } from './private-file.ts'
import { closeHouse, listening, whenTold } from './serve.ts'

/** The vendors' own numbers (Zoho's largest edition, one user), so that a program meets in the demo what it will meet there. */
const DEFAULTS = {
  data: '.dossier/demo',
  logLevel: 'warn',
  highlevelMax: 100,
  highlevelDaily: 200_000,
  zohoCredits: 52_000,
  zohoConcurrency: 25,
}

/** The catalog holds only hashes, so the demo (and nothing else) keeps what it gave out. */
const KEPT = 'demo-credentials.json'

export async function demo(options: Options): Promise<void> {
  const config = readConfig(flagsOf(options), DEFAULTS)
  const house = await openHouse(config)
  let told: Promise<void>
  try {
    const credentials = await credentialsIn(config.data, house.desk)
    told = whenTold('SIGHUP')
    const origin = await listening(house, config)
    const file = textOf(options, 'credentials')
    if (file !== null) writePrivate(file, { origin, ...credentials })
    process.stdout.write(welcome(origin, config.data, credentials))
  } catch (error) {
    await house.close()
    throw error
  }
  await told
  await closeHouse(house, config)
}

async function credentialsIn(folder: string, desk: Desk): Promise<Credentials> {
  const path = join(folder, KEPT)
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Credentials
  const made = await makeDemo(desk)
  writePrivate(path, made)
  return made
}

function welcome(origin: string, folder: string, { zoho, highlevel }: Credentials): string {
  return `
Dossier's demo is at ${origin} (its data: ${folder}). Ctrl+C stops it.

Upload a file to a lead, as to Zoho CRM:

  echo 'Hello from Dossier' | curl -X POST '${origin}/crm/v2/Leads/${zoho.leadId}/Attachments' -H 'Authorization: Zoho-oauthtoken ${zoho.accessToken}' -F 'file=@-;filename=hello.txt'

Upload a file to a contact's custom field, as to HighLevel:

  echo 'Hello from Dossier' | curl -X POST '${origin}/forms/upload-custom-files?contactId=${highlevel.contactId}&locationId=${highlevel.locationId}' -H 'Authorization: Bearer ${highlevel.token}' -H 'Version: 2021-07-28' -F '${highlevel.fieldId}_1=@-;filename=hello.txt'

List what is attached to the lead:

  curl '${origin}/crm/v2/Leads/${zoho.leadId}/Attachments' -H 'Authorization: Zoho-oauthtoken ${zoho.accessToken}'

`
}
