// A program written against HighLevel's SDK: everything it learns is printed as one line of JSON.
// Arguments: the package, and JSON {origin, clientId, clientSecret, refreshToken, locationId, fieldId, files, exe, large}.
const { createHash } = require('node:crypto')
const { openAsBlob, readFileSync } = require('node:fs')
const { basename } = require('node:path')

const sdk = process.argv[2]
const given = JSON.parse(process.argv[3])
const { HighLevel, MemorySessionStorage } = require(sdk)
const { origin, locationId, fieldId } = given

/** The public way to another base URL. */
function at(client) {
  client.getHttpClient().defaults.baseURL = origin
  return client
}

/** As a program that slept over its token's end: the SDK refreshes before its first call. */
async function connect() {
  const { clientId, clientSecret, refreshToken } = given
  const storage = new MemorySessionStorage()
  const client = at(new HighLevel({ clientId, clientSecret, sessionStorage: storage }))
  const session = { access_token: 'long gone', refresh_token: refreshToken, token_type: 'Bearer', expires_in: 1 }
  await storage.setSession(locationId, { ...session, userType: 'Location', locationId })
  return { client, storage }
}

const here = { headers: { locationId } }
const asForm = { headers: { 'Content-Type': 'multipart/form-data', locationId } }
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

async function formOf(...files) {
  const form = new FormData()
  for (const [index, file] of files.entries()) {
    form.append(`${fieldId}_file-${String(index)}`, await openAsBlob(file), basename(file))
  }
  return form
}

const valueIn = (contact) => contact.customFields.find(({ id }) => id === fieldId)?.value ?? {}
const filesIn = (contact) =>
  Object.entries(valueIn(contact)).map(([key, { meta, url, documentId }]) => ({ key, ...meta, url, documentId }))

/** The typed error that the SDK throws. */
async function refused(call) {
  try {
    await call()
    return null
  } catch (error) {
    const { name, statusCode, message, response } = error
    return { class: error.constructor.name, name, statusCode, message, traceId: typeof response?.traceId }
  }
}

async function roundTrip() {
  const { client, storage } = await connect()
  const found = {}
  const person = { locationId, firstName: 'Ola', lastName: 'Lindqvist', email: `ola.${process.pid}@example.com` }
  const { contact } = await client.contacts.createContact(person, here)
  const contactId = contact.id
  const place = { contactId, locationId }
  found.refreshToken = (await storage.getSession(locationId)).refresh_token
  const uploaded = await client.forms.uploadToCustomFields(place, await formOf(...given.files), asForm)
  found.uploaded = { succeded: uploaded.succeded, files: filesIn(uploaded.contact) }
  found.downloads = []
  for (const { url, originalname } of found.uploaded.files) {
    const { data, headers } = await client.getHttpClient().get(url, { responseType: 'arraybuffer' })
    found.downloads.push({ originalname, sha256: sha256(data), disposition: headers['content-disposition'] })
  }
  // A buffer goes as a part without a name.
  const buffer = { [`${fieldId}_buffer`]: readFileSync(given.files[0]) }
  found.buffer = await refused(() => client.forms.uploadToCustomFields(place, buffer, asForm))
  const before = filesIn((await client.contacts.getContact({ contactId }, here)).contact)
  found.list = before.map(({ key, originalname }) => ({ key, originalname }))
  const links = { kept: { url: before[0].url }, link: { url: 'https://example.com/x?from=sdk' } }
  await client.contacts.updateContact({ contactId }, { customFields: [{ id: fieldId, field_value: links }] }, here)
  const after = (await client.contacts.getContact({ contactId }, here)).contact
  found.linked = Object.entries(valueIn(after)).map(([key, { url }]) => ({ key, url }))
  found.refused = {
    exe: await refused(async () => client.forms.uploadToCustomFields(place, await formOf(given.exe), asForm)),
    large: await refused(async () => client.forms.uploadToCustomFields(place, await formOf(given.large), asForm)),
    field: await refused(async () => {
      const form = new FormData()
      form.append('aaaaaaaaaaaaaaaaaaaa_1', new Blob(['x']), 'x.txt')
      return client.forms.uploadToCustomFields(place, form, asForm)
    }),
    naive: await refused(async () => client.forms.uploadToCustomFields(place, await formOf(given.files[0]))),
    location: await refused(() =>
      at(new HighLevel({ privateIntegrationToken: given.privateToken })).contacts.createContact({
        ...person,
        locationId: 'aaaaaaaaaaaaaaaaaaaa',
      }),
    ),
    token: await refused(() =>
      at(new HighLevel({ privateIntegrationToken: 'pit-00000000-0000-4000-8000-000000000000' })).contacts.getContact({
        contactId,
      }),
    ),
  }
  found.deleted = (await client.contacts.deleteContact({ contactId }, here)).succeded
  found.refused.contact = await refused(() => client.contacts.getContact({ contactId }, here))
  return found
}

roundTrip().then(
  (found) => process.stdout.write(`${JSON.stringify(found)}\n`, () => process.exit(0)),
  (error) => {
    process.stderr.write(`${error.stack ?? error}\n${JSON.stringify(error.response ?? null)}\n`)
    process.exit(1)
  },
)
