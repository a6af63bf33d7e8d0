/**
 * Every JSON answer that `fetch` brings from a server under test is held against that server's own OpenAPI document: a
 * shape that changed, or a route that nobody described, fails the test that met it.
 */
import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
}

interface Described {
  readonly document: Document
  readonly paths: readonly (readonly [pattern: RegExp, path: string])[]
  readonly ajv: Ajv2020
  readonly checks: Map<string, ValidateFunction>
}

const origins = new Set<string>()
const bare = globalThis.fetch
/** Asked for once, when the first answer is checked: all servers are of the same sources. */
let described: Promise<Described> | null = null

/** From now on answers of this origin are checked. */
export function checkAnswersOf(origin: string): void {
  origins.add(origin)
  globalThis.fetch = checked
}

const checked: typeof fetch = async (input, init) => {
  const response = await bare(input, init)
  const request = new URL(input instanceof Request ? input.url : String(input))
  const type = (response.headers.get('content-type') ?? '').split(';', 1)[0] ?? ''
  if (!origins.has(request.origin)) return response
  const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toLowerCase()
  writeDown([method, request.pathname, response.status])
  if (!/[/+]json$/.test(type)) return response
  const body = await response.clone().text()
  described ??= load(request.origin)
  if (body !== '') check(await described, { method, path: request.pathname, status: response.status, type, body })
  return response
}

/** What was asked and how it was answered; by more processes than one, into one file. */
export type Asked = readonly [method: string, path: string, status: number]

function writeDown(asked: Asked): void {
  const file = process.env['DOSSIER_TEST_ASKED']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(asked)}\n`)
}

/** The operations of a server's document, as `method path`, and which of them were done and not refused. */
export async function operationsDone(origin: string, asked: readonly Asked[]) {
  const { document, paths } = await load(origin)
  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  )
  const done = asked
    .filter(([, , status]) => status < 400)
    .map(([method, path]) => `${method} ${String(paths.find(([pattern]) => pattern.test(path))?.[1])}`)
  return { all, done: new Set(done) }
}

interface Answered {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly type: string
  readonly body: string
}

function check({ document, paths, ajv, checks }: Described, { method, path, status, type, body }: Answered): void {
  const template = paths.find(([pattern]) => pattern.test(path))?.[1]
  const operation = template === undefined ? undefined : document.paths[template]?.[method === 'head' ? 'get' : method]
  if (template === undefined || operation === undefined) {
    assert.ok(status >= 400, `${method} ${path} answers ${String(status)} and is in no description`)
    return
  }
  const key = Object.hasOwn(operation.responses, status) ? String(status) : 'default'
  if (status < 400) assert.notEqual(key, 'default', `${method} ${template} answers ${String(status)}: undescribed`)
  const said = `${method} ${template} ${String(status)}`
  const content = operation.responses[key]?.content ?? {}
  assert.ok(
    Object.hasOwn(content, type),
    `${said} answers ${type}; described is ${Object.keys(content).join() || 'no body'}`,
  )
  const pointer = ['paths', template, method, 'responses', key, 'content', type, 'schema'].map(escaped).join('/')
  const validate = checks.get(pointer) ?? ajv.compile({ $ref: `described#/${pointer}` })
  checks.set(pointer, validate)
  const isValid = validate(JSON.parse(body))
  assert.ok(isValid, `${said} is not as described: ${ajv.errorsText(validate.errors)}\n${body.slice(0, 2_000)}`)
}

async function load(origin: string): Promise<Described> {
  const document = (await (await bare(`${origin}/api/v1/openapi.json`)).json()) as Document
  const ajv = new Ajv2020({ strict: false, validateFormats: true, allErrors: false })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'described', ...document })
  const paths = Object.keys(document.paths)
    // What is written out wins over what stands for anything, segment by segment.
    .sort((a, b) => (masked(a) < masked(b) ? -1 : 1))
    .map(
      (path) =>
        [
          new RegExp(
            `^${path
              .replace(/\/$/, '')
              .replace(/[.]/g, '\\.')
              .replace(/\{\w+\}/g, '[^/]+')}/?$`,
          ),
          path,
        ] as const,
    )
  return { document, paths, ajv, checks: new Map() }
}

function masked(path: string): string {
  return path.replace(/\{\w+\}/g, '~')
}

/** As a piece of a JSON pointer in a URI fragment. */
function escaped(piece: string): string {
  return encodeURIComponent(piece.replaceAll('~', '~0').replaceAll('/', '~1'))
}
