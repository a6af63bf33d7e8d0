// The vendors' own SDKs, unmodified but for the base URL: from a refresh token to typed errors.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { missing, need, sdks } from '../../support/require.ts'
import { installSdks } from '../../sdks/install.ts'
import { startServer, type Server } from '../support/server.ts'

await installSdks()
const skip = missing('sdks')
const MiB = 1_048_576
const UNICODE = 'Angebot – Übersicht 見積書 📎.txt'

interface Item {
  readonly type: string
  readonly code: string
  readonly message: string
  readonly id: string
}
interface Told {
  readonly status: number
  readonly type: string | null
  readonly code?: string
  readonly message?: string
  readonly items?: readonly Item[]
  readonly names?: readonly string[]
}
interface ZohoFound {
  readonly inserted: Told
  readonly uploads: readonly Told[]
  readonly stream: Told
  readonly buffer: Told
  readonly link: Told
  readonly list: Told & { readonly rows: readonly Record<string, string>[]; readonly more: boolean }
  readonly downloads: readonly (Told & { readonly id: string; readonly name: string; readonly sha256: string })[]
  readonly record: Told & { readonly values: readonly object[] }
  readonly metadata: Readonly<Record<string, Told & Readonly<Record<string, unknown>>>>
  readonly deleted: Told
  readonly deletedMany: Told
  readonly emptied: Told
  readonly refused: Readonly<Record<string, Told>>
}
interface HighLevelRefusal {
  readonly class: string
  readonly name: string
  readonly statusCode: number
  readonly message: string
  readonly traceId: string
}
interface HighLevelFound {
  readonly refreshToken: string
  readonly uploaded: { readonly succeded: boolean; readonly files: readonly Record<string, string>[] }
  readonly downloads: readonly { readonly originalname: string; readonly sha256: string }[]
  readonly buffer: HighLevelRefusal | null
  readonly list: readonly object[]
  readonly linked: readonly { readonly key: string; readonly url: string }[]
  readonly refused: Readonly<Record<string, HighLevelRefusal>>
  readonly deleted: boolean
}
interface Credentials {
  readonly origin: string
  readonly zoho: Readonly<Record<string, string>>
  readonly highlevel: Readonly<Record<string, string>>
}

let server: Server
let folder: string
let credentials: Credentials
let files: readonly string[]

before(async () => {
  if (skip !== false) return
  need('sdks')
  folder = mkdtempSync(join(tmpdir(), 'dossier-sdks-'))
  files = ['plain.txt', UNICODE].map((name) => join(folder, name))
  for (const file of files) writeFileSync(file, randomBytes(70_000))
  writeFileSync(join(folder, 'setup.exe'), 'MZ')
  for (const [name, size] of [
    ['over100.bin', 100 * MiB + 1],
    ['over50.pdf', 50 * MiB + 1],
  ] as const) {
    writeFileSync(join(folder, name), '')
    truncateSync(join(folder, name), size)
  }
  const path = join(folder, 'credentials.json')
  server = await startServer({ command: 'demo', args: ['--credentials', path] })
  credentials = JSON.parse(readFileSync(path, 'utf8')) as Credentials
})
after(async () => {
  if (skip !== false) return
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function run<T>(program: string, sdk: string, given: object): Promise<T> {
  const own = join(folder, sdk.replaceAll('/', '_'))
  mkdirSync(own, { recursive: true })
  const args = [join(sdks, 'programs', program), sdk, JSON.stringify({ ...given, folder: own })]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: sdks, timeout: 120_000 })
  return JSON.parse(stdout) as T
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

for (const sdk of ['@zohocrm/nodejs-sdk-2.0', '@zohocrm/typescript-sdk-2.0']) {
  describe(sdk, { skip }, () => {
    let found: ZohoFound
    before(async () => {
      const { clientId, clientSecret, refreshToken, userEmail: email } = credentials.zoho
      const own = { origin: credentials.origin, clientId, clientSecret, refreshToken, email }
      const [exe, large] = [join(folder, 'setup.exe'), join(folder, 'over100.bin')]
      found = await run('zoho.cjs', sdk, { ...own, files, exe, large })
    })

    test('refreshes a token by itself and inserts a record', () => {
      const [item] = found.inserted.items ?? []
      assert.deepEqual([found.inserted.status, item?.type, item?.code], [201, 'SuccessResponse', 'SUCCESS'])
      assert.deepEqual(found.record.values, [{ name: 'Ola Lindqvist', owner: 'Nora Lindqvist', by: 'Nora Lindqvist' }])
    })

    test('uploads files, a stream, a buffer and a link', () => {
      for (const { status, items } of [...found.uploads, found.stream, found.buffer, found.link]) {
        assert.equal(status, 200)
        assert.deepEqual([items?.[0]?.type, items?.[0]?.code], ['SuccessResponse', 'SUCCESS'])
      }
    })

    test('lists them, newest first', () => {
      assert.deepEqual(
        found.list.rows.map(({ name, size, type }) => [name, size, type]),
        [
          ['https://example.com/x?from=sdk', '0', 'Link URL'],
          ['file', '70000', 'Attachment'],
          ['plain.txt', '70000', 'Attachment'],
          [UNICODE, '70000', 'Attachment'],
          ['plain.txt', '70000', 'Attachment'],
        ],
      )
      assert.equal(found.list.more, false)
    })

    test('downloads the same bytes under the same names', () => {
      const [link, ...others] = found.downloads
      assert.deepEqual(
        [link?.type, link?.message],
        ['APIException', 'As it is a linked attachment, you can not download it'],
      )
      const [plain = '', unicode = ''] = files
      // No SDK decodes the name.
      assert.deepEqual(
        others.map(({ name, sha256 }) => [decodeURIComponent(name), sha256]),
        [
          ['file', plain],
          [basename(plain), plain],
          [UNICODE, unicode],
          [basename(plain), plain],
        ].map(([name, path]) => [name, sha256(readFileSync(path ?? ''))]),
      )
    })

    test('reads users, org, modules, fields and related lists', () => {
      const { user, org, modules, fields, relatedLists, unchanged, unchangedRecords } = found.metadata
      const nora = { email: credentials.zoho['userEmail'], status: 'active', role: 'CEO', profile: 'Administrator' }
      assert.deepEqual(user?.['users'], [nora])
      assert.deepEqual(org?.['orgs'], [{ id: credentials.zoho['orgId'], name: 'Lindqvist Consulting' }])
      assert.ok(modules?.names?.includes('Leads default'))
      assert.ok(fields?.names?.includes('Last_Name text'))
      assert.deepEqual(relatedLists?.names, ['Attachments'])
      assert.deepEqual([unchanged?.status, unchangedRecords?.status], [304, 304])
    })

    test('deletes one and many', () => {
      assert.equal(found.deleted.items?.[0]?.message, 'record deleted')
      assert.equal(found.deletedMany.items?.length, 4)
      assert.ok(found.deletedMany.items.every(({ code }) => code === 'SUCCESS'))
      assert.equal(found.emptied.status, 204)
    })

    for (const [kind, status, code, message] of [
      ['token', 401, 'INVALID_TOKEN', 'invalid oauth token'],
      ['module', 400, 'INVALID_MODULE', 'The module name given seems to be invalid'],
      ['exe', 400, 'INVALID_DATA', 'invalid file type'],
      ['large', 400, 'FILE_SIZE_MORE_THAN_ALLOWED_SIZE', 'please check if the file size is in the correct range'],
      ['record', 400, 'INVALID_DATA', 'the related id given seems to be invalid'],
      ['deletedTwice', 400, 'INVALID_DATA', 'record not deleted'],
    ] as const) {
      test(`is told by a typed exception: ${kind}`, () => {
        const told = found.refused[kind]
        assert.deepEqual([told?.type, told?.status, told?.code, told?.message], ['APIException', status, code, message])
      })
    }
  })
}

/** Refresh tokens rotate: what one program was given last the next one begins with. */
let newest: string | undefined

for (const sdk of ['gohighlevel-2', 'gohighlevel-3']) {
  describe(sdk, { skip }, () => {
    let found: HighLevelFound
    before(async () => {
      const { clientId, clientSecret, locationId, fieldId, token: privateToken } = credentials.highlevel
      const refreshToken = newest ?? credentials.highlevel['refreshToken']
      const own = {
        origin: credentials.origin,
        clientId,
        clientSecret,
        refreshToken,
        locationId,
        fieldId,
        privateToken,
      }
      const [exe, large] = [join(folder, 'setup.exe'), join(folder, 'over50.pdf')]
      found = await run('highlevel.cjs', sdk, { ...own, files, exe, large })
      newest = found.refreshToken
    })

    test('refreshes a token by itself, and keeps the one that came with it', () => {
      assert.notEqual(found.refreshToken, credentials.highlevel['refreshToken'])
    })

    test('uploads files with their names, and downloads the same bytes', () => {
      assert.equal(found.uploaded.succeded, true)
      assert.deepEqual(
        found.uploaded.files.map(({ originalname, key }) => [originalname, key]),
        [
          ['plain.txt', 'file-0'],
          [UNICODE, 'file-1'],
        ],
      )
      assert.deepEqual(
        found.downloads.map(({ originalname, sha256 }) => [originalname, sha256]),
        files.map((file) => [basename(file), sha256(readFileSync(file))]),
      )
    })

    test('uploads a buffer without a name', () => {
      assert.ok(found.buffer === null || /type|extension/i.test(found.buffer.message), JSON.stringify(found.buffer))
    })

    test('keeps a file and adds a link by changing the contact, and deletes the contact', () => {
      assert.deepEqual(
        found.linked.map(({ key }) => key),
        ['kept', 'link'],
      )
      assert.equal(found.linked[1]?.url, 'https://example.com/x?from=sdk')
      assert.equal(found.deleted, true)
    })

    for (const [kind, status, message] of [
      ['exe', 400, /exe/i],
      ['large', 413, /File too large/],
      ['field', 400, /aaaaaaaaaaaaaaaaaaaa/],
      ['naive', 400, /multipart\/form-data/],
      ['location', 403, /does not have access to this location/],
      ['token', 401, /Invalid Private Integration token/],
      ['contact', 400, /Contact with id \w{20} not found/],
    ] as const) {
      test(`is told by a typed error: ${kind}`, () => {
        const told = found.refused[kind]
        assert.deepEqual([told?.name, told?.statusCode, told?.traceId], ['GHLError', status, 'string'])
        assert.match(told?.message ?? '', message)
      })
    }
  })
}
