/** Sample data for trials: an organization, a lead and a token, created through the native API. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '../../src/client/client.ts'
import type { Sample } from './folder.ts'

/** `data` is the folder of a running node: it holds the operator token, which only that node accepts. */
export async function makeSample(origin: string, data: string): Promise<Sample> {
  const { token } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as { token: string }
  const client = createClient({ server: origin, token })
  const user = { name: 'Administrator', email: 'admin@example.com' }
  const { id } = await client.organizations.create({ name: 'The cluster', user })
  const organization = client.organization(id)
  const lead = await organization.records.create('Leads', { properties: { lastName: 'Lovelace' } })
  const zoho = await organization.tokens.create({ kind: 'zoho', label: 'to try it', scopes: ['ZohoCRM.modules.ALL'] })
  return { organization: id, lead: lead.id, zohoToken: zoho.secret }
}
