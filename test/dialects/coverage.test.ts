/** Each dialect's README says what it answers and which test proves it: held against the route tables and the tests themselves. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import ts from 'typescript'
import { createRateLimiter } from '../../src/core/limits/rate-limiter.ts'
import { createDialects } from '../../src/dialects/index.ts'

const root = join(import.meta.dirname, '..', '..')
const folder = join(root, 'src', 'dialects')

interface Row {
  readonly operation: string
  /** `GET /contacts/:`, parameters without their names. */
  readonly route: string
  readonly answered: string
  readonly tests: readonly { readonly file: string; readonly name: string }[]
}

const unlimited = {
  limits: false,
  zohoTokens: 1,
  highlevelMax: 1,
  highlevelDaily: 1,
  zohoCredits: 0,
  zohoConcurrency: 0,
}
const dialects = createDialects(() => unlimited, createRateLimiter())
const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())

test('every dialect has a folder, and every folder is a dialect', () => {
  assert.deepEqual(folders.map(({ name }) => name).sort(), dialects.map(({ name }) => name).sort())
})

for (const { name, routes } of dialects) {
  describe(name, () => {
    const rows = rowsOf(readFileSync(join(folder, name, 'README.md'), 'utf8'))
    const answered = rows.filter((row) => row.answered === 'yes')
    const served = routes.map((route) => bare(`${route.method} ${route.path}`))

    test('each row says yes or no, and no route has two', () => {
      assert.ok(rows.length > 0)
      for (const { operation, answered } of rows) assert.match(answered, /^(yes|no)$/, operation)
      assert.equal(new Set(rows.map(({ route }) => route)).size, rows.length)
    })

    test('every served route is in the table, and every row that says yes is served', () => {
      assert.deepEqual(answered.map(({ route }) => route).sort(), [...served].sort())
    })

    test('a row is called as its route is', () => {
      const called = new Map(routes.map((route) => [bare(`${route.method} ${route.path}`), route.operation]))
      for (const { route, operation } of answered) assert.equal(operation, called.get(route), route)
    })

    test('every row that says yes names a test, and every test that is named exists', () => {
      for (const { route, tests } of answered) {
        assert.ok(tests.length > 0, `${route} names no test`)
        for (const { file, name } of tests) assert.ok(isTest(file, name), `${file} has no test "${name}"`)
      }
    })
  })
}

test('a test that does not exist is noticed', () => {
  assert.equal(isTest('test/dialects/coverage.test.ts', 'a test that does not exist is noticed'), true)
  assert.equal(isTest('test/dialects/coverage.test.ts', 'a test that nobody wrote'), false)
  assert.equal(isTest('test/no-such-file.test.ts', 'a test that does not exist is noticed'), false)
})

/** The table under `| operation | method and path | ... |`. */
function rowsOf(page: string): Row[] {
  const lines = page.split('\n')
  const start = lines.findIndex((line) => line.startsWith('| operation | method and path |'))
  assert.ok(start >= 0, 'there is no coverage table')
  const after = lines.slice(start + 2)
  const end = after.findIndex((line) => !line.startsWith('|'))
  return after.slice(0, end < 0 ? undefined : end).map((line) => {
    const [operation = '', route = '', answered = '', proof = ''] = line
      .split('|')
      .slice(1, 5)
      .map((cell) => cell.trim())
    const tests = [...proof.matchAll(/`(test\/[^:`]+\.test\.ts): ([^`]+)`/g)]
    return { operation, route: bare(route), answered, tests: tests.map(([, file = '', name = '']) => ({ file, name })) }
  })
}

function bare(route: string): string {
  return route.replaceAll('`', '').replace(/:\w+|\{\w+\}/g, ':')
}

/** Whether a file has a test of that name; a name that is put together in a loop is known by its fixed pieces. */
function isTest(file: string, name: string): boolean {
  const path = join(root, file)
  return existsSync(path) && namesIn(path).some((pattern) => pattern.test(name))
}

function namesIn(path: string): RegExp[] {
  const names: RegExp[] = []
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && /^(test|it)$/.test(node.expression.text)) {
      const [name] = node.arguments
      const pieces = name === undefined ? [] : piecesOf(name)
      // Without a fixed letter it would be a test of any name.
      if (pieces.some((piece) => /\w/.test(piece))) names.push(new RegExp(`^${pieces.map(escaped).join('.+')}$`))
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest))
  return names
}

function piecesOf(name: ts.Expression): string[] {
  if (ts.isStringLiteralLike(name)) return [name.text]
  if (!ts.isTemplateExpression(name)) return []
  return [name.head.text, ...name.templateSpans.map(({ literal }) => literal.text)]
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
