/** One OpenAPI 3.1 document of all dialects, generated from the route tables. */
import type { About, AnswerAbout, Dialect, DialectAbout, Route } from '../http/contracts.ts'
import { createComponents, type Components, type JsonObject } from './components.ts'

interface DocumentSettings {
  readonly title: string
  readonly version: string
  readonly description: string
}

export function documentOf(
  dialects: readonly Dialect[],
  { title, version, description }: DocumentSettings,
): JsonObject {
  const components = createComponents()
  const described = dialects.filter((dialect) => dialect.about !== undefined)
  const paths: Record<string, Record<string, JsonObject>> = {}
  for (const dialect of described) {
    for (const route of dialect.routes) {
      if (route.about === undefined) continue
      const path = (paths[templateOf(route.path)] ??= {})
      path[route.method.toLowerCase()] = operationOf(dialect, route, route.about, components)
    }
  }
  const tags = new Set(described.flatMap(({ routes }) => routes.flatMap(({ about }) => about?.tag ?? [])))
  return {
    openapi: '3.1.0',
    info: {
      title,
      version,
      description: [description, ...described.map(({ about }) => about?.description)].join('\n\n'),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...tags].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: Object.fromEntries(described.map(({ name, about }) => [name, about?.security])),
      schemas: components.all(),
    },
  }
}

/** Changes `:name` into OpenAPI's `{name}`. */
function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}')
}

function operationOf(dialect: Dialect, route: Route, about: About, components: Components): JsonObject {
  const common = dialect.about as DialectAbout
  const isPublic = route.needs === 'nobody'
  const answers = Object.entries(about.answers).map(([status, answer]) => [status, answerOf(answer, components)])
  return {
    operationId: operationId(route),
    summary: route.operation.charAt(0).toUpperCase() + route.operation.slice(1),
    ...(about.description === undefined ? {} : { description: about.description }),
    tags: [about.tag],
    security: isPublic ? [] : [{ [dialect.name]: [] }],
    parameters: [
      ...pathParameters(route, common),
      ...queryParameters(about, components),
      ...headerParameters(route, common),
    ],
    ...(about.body === undefined ? {} : { requestBody: bodyOf(about.body, components) }),
    responses: {
      ...Object.fromEntries(answers),
      default: answerOf(common.refusal, components),
    },
  }
}

/** Stable between versions, and different for two routes of one operation. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return [method.toLowerCase(), ...words].join('_')
}

function pathParameters({ path }: Route, { params }: DialectAbout): JsonObject[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: params[name] ?? '',
    schema: { type: 'string' },
  }))
}

function queryParameters({ query }: About, components: Components): JsonObject[] {
  if (query === undefined) return []
  const { properties = {}, required = [] } = components.schemaOf(query, 'input') as {
    readonly properties?: Readonly<Record<string, JsonObject>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }))
}

function headerParameters({ needs, about }: Route, { headers }: DialectAbout): JsonObject[] {
  const all = { ...(needs === 'nobody' ? {} : headers), ...about?.headers }
  return Object.entries(all).map(([name, text]) => {
    const example = /^`([^`]+)`:/.exec(text)?.[1]
    return {
      name,
      in: 'header',
      required: headers?.[name] !== undefined,
      description: text,
      schema: { type: 'string', ...(example === undefined ? {} : { default: example }) },
    }
  })
}

function bodyOf({ type, schema, optional }: NonNullable<About['body']>, components: Components): JsonObject {
  return { required: optional !== true, content: { [type]: { schema: components.schemaOf(schema, 'input') } } }
}

function answerOf({ description, schema, type }: AnswerAbout, components: Components): JsonObject {
  if (schema === null) return { description }
  return { description, content: { [type ?? 'application/json']: { schema: components.schemaOf(schema, 'output') } } }
}
