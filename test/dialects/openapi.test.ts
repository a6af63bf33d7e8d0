/** The API's description: a valid OpenAPI 3.1 document, with every route that is served and no other. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { createRateLimiter } from '../../src/core/limits/rate-limiter.ts'
import { createDialects } from '../../src/dialects/index.ts'
import { createDocumentation } from '../../src/openapi/documentation.ts'

const unlimited = {
  limits: false,
  highlevelMax: 1,
  highlevelDaily: 1,
  zohoCredits: 0,
  zohoConcurrency: 0,
  zohoTokens: 1,
}
const dialects = createDialects(() => unlimited, createRateLimiter())
const documentation = createDocumentation(() => dialects)

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly security: readonly object[]
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Readonly<Record<string, object>>
}
interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: object }
}

function read(dialect: string | null): Document {
  return JSON.parse(documentation.json(dialect)) as Document
}

function operations(document: Document): Operation[] {
  return Object.values(document.paths).flatMap((path) => Object.values(path))
}

for (const name of [null, ...dialects.map((dialect) => dialect.name)]) {
  test(`the document of ${name ?? 'all'} is valid OpenAPI 3.1`, async () => {
    const document = read(name)
    assert.equal(document.openapi, '3.1.0')
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never)
    assert.ok(valid, JSON.stringify(errors, null, 2))
    const text = JSON.stringify(document)
    for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
      assert.ok(Object.hasOwn(document.components.schemas, reference), `${reference} is referred to and not there`)
    assert.doesNotMatch(text, /#\/\$defs|__schema/)
  })
}

test('every served route is in the document, and nothing else is', () => {
  const written = Object.entries(read(null).paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const served = dialects.flatMap(({ routes }) =>
    routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`),
  )
  assert.deepEqual(written.sort(), served.sort())
})

test('every operation has a name of its own, a summary, its path’s parameters and an answer that is good', () => {
  const all = operations(read(null))
  assert.equal(new Set(all.map(({ operationId }) => operationId)).size, all.length)
  for (const [path, methods] of Object.entries(read(null).paths)) {
    for (const operation of Object.values(methods)) {
      assert.match(operation.summary, /^[A-Z]/)
      assert.equal(operation.tags.length, 1)
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const given = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
      assert.deepEqual(given, named, path)
      assert.ok(Object.keys(operation.responses).some((status) => /^[23]\d\d$/.test(status)))
      assert.ok('default' in operation.responses)
    }
  }
})

test('what asks for no token says so, and what asks for one says which', () => {
  const paths = read(null).paths
  for (const { name, routes } of dialects) {
    for (const { method, path, needs } of routes) {
      const operation = paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
      assert.deepEqual(operation?.security, needs === 'nobody' ? [] : [{ [name]: [] }], path)
    }
  }
})
