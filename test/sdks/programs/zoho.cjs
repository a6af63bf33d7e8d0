// A program written against Zoho's SDK, as its users write them: everything it learns is printed as one line of JSON.
// Arguments: the SDK's package, and JSON {origin, refreshToken, clientId, clientSecret, email, folder, files, exe, large}.
const { createHash } = require('node:crypto')
const { createReadStream, readFileSync } = require('node:fs')

const sdk = process.argv[2]
const given = JSON.parse(process.argv[3])
const load = (path, name) => require(`${sdk}/${path}`)[name]
const api = (path, name) => load(`core/com/zoho/crm/api/${path}`, name)

const { InitializeBuilder } = require(`${sdk}/routes/initialize_builder`)
const OAuthBuilder = load('models/authenticator/oauth_builder', 'OAuthBuilder')
const FileStore = load('models/authenticator/store/file_store', 'FileStore')
const DataCenter = load('routes/dc/data_center', 'DataCenter')
const UserSignature = load('routes/user_signature', 'UserSignature')
const SDKConfigBuilder = load('routes/sdk_config_builder', 'SDKConfigBuilder')
const LogBuilder = load('routes/logger/log_builder', 'LogBuilder')
const Levels = load('routes/logger/logger', 'Levels')
const ParameterMap = load('routes/parameter_map', 'ParameterMap')
const HeaderMap = load('routes/header_map', 'HeaderMap')
const StreamWrapper = load('utils/util/stream_wrapper', 'StreamWrapper')
const Record = api('record/record', 'Record')
const { RecordOperations, GetRecordsHeader } = require(`${sdk}/core/com/zoho/crm/api/record/record_operations`)
const RecordBody = api('record/body_wrapper', 'BodyWrapper')
const attachments = require(`${sdk}/core/com/zoho/crm/api/attachments/attachments_operations`)
const FileBodyWrapper = api('attachments/file_body_wrapper', 'FileBodyWrapper')
const { UsersOperations, GetUsersParam } = require(`${sdk}/core/com/zoho/crm/api/users/users_operations`)
const OrgOperations = api('org/org_operations', 'OrgOperations')
const { ModulesOperations, GetModulesHeader } = require(`${sdk}/core/com/zoho/crm/api/modules/modules_operations`)
const FieldsOperations = api('fields/fields_operations', 'FieldsOperations')
const RelatedListsOperations = api('related_lists/related_lists_operations', 'RelatedListsOperations')

async function begin(token, email = given.email) {
  const { origin, folder } = given
  const environment = DataCenter.setEnvironment(origin, `${origin}/oauth/v2/token`, origin, 'own')
  const builder = await new InitializeBuilder()
  // The TypeScript SDK's constructor takes over what it was initialized with before, a moment later.
  await new Promise(setImmediate)
  builder
    .user(new UserSignature(email))
    .environment(environment)
    .token(token)
    .store(new FileStore(`${folder}/tokens-${email}.csv`))
    .SDKConfig(
      new SDKConfigBuilder()
        .autoRefreshFields(given.autoRefresh === true)
        .pickListValidation(false)
        .build(),
    )
    .resourcePath(folder)
    .logger(new LogBuilder().level(Levels.ERROR).filePath(`${folder}/sdk.log`).build())
  await builder.initialize()
}

const operations = (record, module = 'Leads') => new attachments.AttachmentsOperations(module, record)
const choice = (value) => (value !== null && typeof value === 'object' ? value.getValue() : value)

/** What an answer holds: a typed exception, or what `read` makes of it. */
function told(response, read) {
  const object = response.getObject()
  const type = object === null || object === undefined ? null : object.constructor.name
  const status = response.getStatusCode()
  if (type !== 'APIException') return { status, type, ...(object === null || object === undefined ? {} : read(object)) }
  const [code, message] = [choice(object.getCode()), choice(object.getMessage())]
  return { status, type, code, message, details: Object.fromEntries(object.getDetails() ?? []) }
}

const written = (wrapper) => ({
  items: wrapper.getData().map((item) => ({
    type: item.constructor.name,
    code: choice(item.getCode()),
    message: choice(item.getMessage()),
    id: String(item.getDetails().get('id') ?? ''),
  })),
})

async function upload(record, wrapper, module) {
  const body = new FileBodyWrapper()
  body.setFile(wrapper)
  return told(await operations(record, module).uploadAttachment(body), written)
}

async function list(record) {
  return told(await operations(record).getAttachments(new ParameterMap()), (wrapper) => ({
    rows: wrapper.getData().map((row) => ({
      id: String(row.getId()),
      name: row.getFileName(),
      size: String(row.getSize()),
      type: row.getType(),
      link: row.getLinkUrl(),
      parent: String(row.getParentId().getId()),
      by: row.getCreatedBy().getName(),
      at: row.getCreatedTime().toISOString(),
    })),
    more: wrapper.getInfo().getMoreRecords(),
  }))
}

async function download(record, id) {
  const response = await operations(record).downloadAttachment(BigInt(id))
  const object = response.getObject()
  if (object === null || object === undefined || object.constructor.name === 'APIException') return told(response)
  const wrapper = object.getFile()
  const sha256 = createHash('sha256').update(wrapper.getStream()).digest('hex')
  return { status: response.getStatusCode(), name: wrapper.getName(), sha256 }
}

async function insert(fields) {
  const record = new Record()
  for (const [name, value] of Object.entries(fields)) record.addKeyValue(name, value)
  const body = new RecordBody()
  body.setData([record])
  return told(await new RecordOperations().createRecords('Leads', body), written)
}

async function metadata() {
  const current = new ParameterMap()
  await current.add(GetUsersParam.TYPE, 'CurrentUser')
  const future = new HeaderMap()
  await future.add(GetModulesHeader.IF_MODIFIED_SINCE, new Date(Date.now() + 60_000))
  const later = new HeaderMap()
  await later.add(GetRecordsHeader.IF_MODIFIED_SINCE, new Date(Date.now() + 60_000))
  const names = (of) => (wrapper) => ({ names: of(wrapper) })
  return {
    user: told(await new UsersOperations().getUsers(current), (wrapper) => ({
      users: wrapper.getUsers().map((user) => ({
        email: user.getEmail(),
        status: user.getStatus(),
        role: user.getRole().getName(),
        profile: user.getProfile().getName(),
      })),
    })),
    org: told(await new OrgOperations().getOrganization(), (wrapper) => ({
      orgs: wrapper.getOrg().map((org) => ({ id: String(org.getId()), name: org.getCompanyName() })),
    })),
    modules: told(
      await new ModulesOperations().getModules(new HeaderMap()),
      names((wrapper) =>
        wrapper.getModules().map((module) => `${module.getAPIName()} ${module.getGeneratedType().getValue()}`),
      ),
    ),
    unchanged: told(await new ModulesOperations().getModules(future), () => ({})),
    unchangedRecords: told(await new RecordOperations().getRecords('Leads', null, later), () => ({})),
    fields: told(
      await new FieldsOperations('Leads').getFields(),
      names((wrapper) => wrapper.getFields().map((field) => `${field.getAPIName()} ${field.getDataType()}`)),
    ),
    relatedLists: told(
      await new RelatedListsOperations('Leads').getRelatedLists(),
      names((wrapper) => wrapper.getRelatedLists().map((one) => one.getAPIName())),
    ),
  }
}

async function roundTrip() {
  const found = {}
  found.inserted = await insert({ Last_Name: 'Lindqvist', First_Name: 'Ola', Company: 'Nordlicht GmbH' })
  const record = BigInt(found.inserted.items[0].id)
  found.uploads = []
  for (const file of given.files) found.uploads.push(await upload(record, new StreamWrapper(null, null, file)))
  found.stream = await upload(record, new StreamWrapper('Stream.txt', createReadStream(given.files[0]), null))
  found.buffer = await upload(record, new StreamWrapper('Buffer.bin', readFileSync(given.files[0]), null))
  const link = new ParameterMap()
  await link.add(attachments.UploadLinkAttachmentParam.ATTACHMENTURL, 'https://example.com/x?from=sdk')
  found.link = told(await operations(record).uploadLinkAttachment(link), written)
  found.list = await list(record)
  found.downloads = []
  for (const { id } of found.list.rows) found.downloads.push({ id, ...(await download(record, id)) })
  const got = await new RecordOperations().getRecord(record, 'Leads')
  found.record = told(got, (wrapper) => ({
    values: wrapper.getData().map((one) => ({
      name: one.getKeyValue('Full_Name'),
      owner: one.getKeyValue('Owner').getName(),
      by: one.getCreatedBy().getName(),
    })),
  }))
  found.metadata = await metadata()
  const ids = found.list.rows.map(({ id }) => id)
  found.deleted = told(await operations(record).deleteAttachment(BigInt(ids[0])), written)
  const several = new ParameterMap()
  await several.add(attachments.DeleteAttachmentsParam.IDS, ids.slice(1).join(','))
  found.deletedMany = told(await operations(record).deleteAttachments(several), written)
  found.emptied = told(await operations(record).getAttachments(new ParameterMap()), () => ({}))
  found.refused = {
    exe: await upload(record, new StreamWrapper(null, null, given.exe)),
    module: await upload(record, new StreamWrapper(null, null, given.files[0]), 'Nonsense'),
    record: await upload(1000000000000000001n, new StreamWrapper(null, null, given.files[0])),
    large: await upload(record, new StreamWrapper(null, null, given.large)),
    deletedTwice: told(await operations(record).deleteAttachment(BigInt(ids[0])), written),
  }
  const { clientId, clientSecret } = given
  await begin(
    new OAuthBuilder().clientId(clientId).clientSecret(clientSecret).accessToken('1000.nobody.nobody').build(),
    'nobody@example.com',
  )
  found.refused.token = told(await operations(record).getAttachments(new ParameterMap()), () => ({}))
  return found
}

async function main() {
  const { clientId, clientSecret, refreshToken } = given
  await begin(new OAuthBuilder().clientId(clientId).clientSecret(clientSecret).refreshToken(refreshToken).build())
  process.stdout.write(
    `${JSON.stringify(await roundTrip(), (_, value) => (typeof value === 'bigint' ? String(value) : value))}\n`,
  )
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack ?? error}\n${JSON.stringify(error.details ?? error.cause ?? null)}\n`)
    process.exit(1)
  },
)
