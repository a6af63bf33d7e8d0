import { OPERATOR } from '../core/access/operator.ts'
import { operatorActor } from './administration.ts'
/** What the demo holds: two locations of one agency, a few dozen records, and small real files on them. */
import type { Actor } from '../core/access/actor.ts'
import type { Services } from '../core/services.ts'
import { publicIdOf } from '../core/model/ids.ts'
import type { Field, Organization, Properties, RecordId } from '../core/model/model.ts'
import { denyExtensions } from '../core/files/policy.ts'
import { SCOPES as NATIVE_SCOPES } from '../core/model/scopes.ts'
import type { LoginPrefill } from '../core/access/sessions.ts'
import { addAccounts } from './demo-accounts.ts'
import { demoFiles } from './demo-files.ts'

/** Ids and tokens of the demo, as `--credentials` writes them (with the origin in front). */
export interface Credentials {
  readonly zoho: Readonly<
    Record<
      | 'orgId'
      | 'leadId'
      | 'contactId'
      | 'userEmail'
      | 'accessToken'
      | 'noScopeToken'
      | 'clientId'
      | 'clientSecret'
      | 'refreshToken',
      string
    >
  >
  readonly highlevel: Readonly<
    Record<
      | 'locationId'
      | 'contactId'
      | 'fieldId'
      | 'textFieldId'
      | 'token'
      | 'noScopeToken'
      | 'agencyToken'
      | 'otherLocationId'
      | 'otherContactId'
      | 'clientId'
      | 'clientSecret'
      | 'refreshToken',
      string
    >
  >
  readonly native: { readonly token: string }
}

export const USER = { name: 'Nora Lindqvist', email: 'nora.lindqvist@example.com' }
const PEOPLE = [
  'Amara Okafor',
  'Björn Åkesson',
  'Chen Wei',
  'Dolores Ibarra',
  'Emil Novák',
  'Fatima Haddad',
  'Giulia Conti',
  'Hiro Tanaka',
  'Ingrid Dahl',
  'João Pereira',
  'Katarzyna Wójcik',
  'Liam Murphy',
]
const COMPANIES = [
  'Nordlicht GmbH',
  'Acme Tooling',
  'Blue Harbor Foods',
  'Kestrel Aviation',
  'Lindenhof Clinic',
  'Papyrus & Sons',
]

/** Every type in HighLevel's list. */
const EVERY_TYPE = [
  'pdf',
  'docx',
  'doc',
  'jpg',
  'jpeg',
  'png',
  'gif',
  'csv',
  'xlsx',
  'xls',
  'mp4',
  'mpeg',
  'zip',
  'rar',
  'txt',
  'svg',
]

export const SCOPES = {
  zoho: ['ZohoCRM.modules.ALL', 'ZohoCRM.settings.ALL', 'ZohoCRM.users.READ', 'ZohoCRM.org.READ'],
  zohoWithoutUpload: ['ZohoCRM.modules.READ'],
  highlevel: [
    'forms.write',
    'contacts.readonly',
    'contacts.write',
    'locations.readonly',
    'locations/customFields.readonly',
    'locations/customFields.write',
  ],
  highlevelWithoutUpload: ['contacts.readonly', 'locations.readonly'],
  agency: ['locations.readonly', 'oauth.readonly', 'oauth.write'],
  native: [...NATIVE_SCOPES],
}

export async function makeDemo(services: Services, login: LoginPrefill): Promise<Credentials> {
  const home = await services.organizations.create(OPERATOR, {
    name: 'Lindqvist Consulting',
    user: USER,
    properties: { city: 'Stockholm', country: 'SE', timezone: 'Europe/Stockholm', email: USER.email },
  })
  const other = await services.organizations.create(OPERATOR, {
    name: 'Harbor Branch',
    agency: home.agency,
    user: { name: 'Piet Jansen', email: 'piet.jansen@example.com' },
  })
  const actor = await operatorActor(services, home.id)
  const files = await addField(services, actor, {
    name: 'Documents',
    key: 'contact.documents',
    type: 'file',
    position: 0,
  })
  const notes = await addField(services, actor, { name: 'Notes', key: 'contact.notes', type: 'text', position: 50 })
  const leads = await addRecords(
    services,
    actor,
    'Leads',
    PEOPLE.map((name, index) => ({ ...person(name), companyName: COMPANIES[index % COMPANIES.length] ?? '' })),
  )
  const contacts = await addRecords(services, actor, 'Contacts', PEOPLE.toReversed().map(person))
  const deals = await addRecords(
    services,
    actor,
    'Deals',
    COMPANIES.map((name) => ({ name: `${name}: framework contract` })),
  )
  const accounts = await addRecords(
    services,
    actor,
    'Accounts',
    COMPANIES.map((name) => ({ name })),
  )
  await addFiles(services, actor, [...leads, ...contacts, ...deals, ...accounts])
  const [otherContact = ''] = await addRecords(services, await operatorActor(services, other.id), 'Contacts', [
    person('Mina Visser'),
  ])
  const clients = await addAccounts(services, home, login, SCOPES)
  const token = (
    kind: 'zoho' | 'private' | 'native',
    label: string,
    scopes: string[],
    organization: Organization | null = home,
  ) => addToken(services, { kind, label, scopes, organization, agency: home.agency })
  return {
    zoho: {
      orgId: home.id,
      leadId: leads[0] ?? '',
      contactId: contacts[0] ?? '',
      userEmail: USER.email,
      accessToken: await token('zoho', 'demo: Zoho', SCOPES.zoho),
      noScopeToken: await token('zoho', 'demo: Zoho, may not upload', SCOPES.zohoWithoutUpload),
      ...clients.zoho,
    },
    highlevel: {
      locationId: publicIdOf(home.id),
      contactId: publicIdOf(contacts[0] ?? ''),
      fieldId: publicIdOf(files.id),
      textFieldId: publicIdOf(notes.id),
      token: await token('private', 'demo: HighLevel', SCOPES.highlevel),
      noScopeToken: await token('private', 'demo: HighLevel, may not upload', SCOPES.highlevelWithoutUpload),
      agencyToken: await token('private', 'demo: the agency', SCOPES.agency, null),
      otherLocationId: publicIdOf(other.id),
      otherContactId: publicIdOf(otherContact),
      ...clients.highlevel,
    },
    native: { token: await token('native', 'demo: native', SCOPES.native) },
  }
}

async function addField(
  services: Services,
  actor: Actor,
  field: Pick<Field, 'name' | 'key' | 'type' | 'position'>,
): Promise<Field> {
  const { id } = await services.records.module(actor, 'Contacts')
  const holdsFiles = field.type === 'file'
  return services.fields.create(actor, {
    ...field,
    module: id,
    placeholder: '',
    acceptedTypes: holdsFiles ? EVERY_TYPE : [],
    maxFiles: holdsFiles ? 15 : 0,
    properties: {},
  })
}

async function addRecords(
  services: Services,
  actor: Actor,
  moduleName: string,
  list: readonly Properties[],
): Promise<RecordId[]> {
  const module = await services.records.module(actor, moduleName)
  const saved = await services.records.save(
    actor,
    module.id,
    list.map((properties) => ({ change: null, properties })),
  )
  return saved.flatMap((outcome) => ('record' in outcome ? [outcome.record.id] : []))
}

function person(name: string): Properties {
  const [firstName = '', lastName = ''] = name.split(' ')
  const mailbox = name
    .normalize('NFD')
    .replace(/[^A-Za-z ]/g, '')
    .toLowerCase()
    .replace(' ', '.')
  return { firstName, lastName, email: `${mailbox}@example.com` }
}

/** Three files on each record, in rotation, so that every type occurs and some content is deduplicated. */
async function addFiles(services: Services, actor: Actor, records: readonly RecordId[]): Promise<void> {
  const files = demoFiles()
  const policy = denyExtensions(1_048_576, [])
  const { signal } = new AbortController()
  for (const [index, record] of records.entries()) {
    await services.attachments.intake({ actor, signal, retry: null, receipts: [] }, async (intake) => {
      for (const offset of [0, 1, 2]) {
        const file = files[(index * 3 + offset) % files.length]
        if (file === undefined) continue
        await intake.file(
          {
            name: file.name,
            part: 'file',
            claimedType: null,
            digest: null,
            encoding: '7bit',
            label: file.name,
            bytes: (async function* () {
              yield file.bytes
            })(),
          },
          policy,
        )
      }
      if (index % 4 === 0) intake.link(`https://example.com/briefing/${String(index)}`)
      await intake.attach(record)
    })
  }
}

async function addToken(
  services: Services,
  of: {
    kind: 'zoho' | 'private' | 'native'
    label: string
    scopes: string[]
    organization: Organization | null
    agency: string
  },
): Promise<string> {
  const own = { organization: of.organization?.id ?? null, user: null, client: null, expiresAt: null }
  const { secret } = await services.access.create(OPERATOR, { ...of, ...own }, null)
  return secret
}
