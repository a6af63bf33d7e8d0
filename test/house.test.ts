/** Holds ARCHITECTURE.md's table of who may import whom, and the rest of the house's order; a fixture tree breaks each rule once. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'

interface Room {
  /** Rooms it may import, besides itself; `types` ones by `import type` alone. */
  readonly rooms: readonly string[]
  readonly types?: readonly string[]
  readonly packages: readonly string[]
  readonly builtins: readonly string[] | 'any'
}

const DIALECT = 'dialects/*'

const ROOMS: Readonly<Record<string, Room>> = {
  core: { rooms: [], packages: [], builtins: ['node:crypto', 'node:stream'] },
  blobs: { rooms: ['core'], packages: ['@aws-sdk/client-s3', '@smithy/signature-v4'], builtins: 'any' },
  catalog: { rooms: ['core'], packages: ['better-sqlite3', 'kysely', 'pg'], builtins: 'any' },
  http: { rooms: ['core'], packages: ['find-my-way', 'yazl', 'zod'], builtins: 'any' },
  pages: { rooms: ['core'], types: ['http'], packages: [], builtins: ['node:crypto'] },
  [DIALECT]: { rooms: ['core', 'pages'], types: ['http'], packages: ['zod'], builtins: [] },
  openapi: { rooms: [], types: ['http'], packages: ['zod'], builtins: ['node:fs', 'node:fs/promises', 'node:url'] },
  'dialects/index.ts': { rooms: ['core', 'openapi', DIALECT], types: ['http'], packages: [], builtins: [] },
  telemetry: { rooms: ['core'], types: ['http'], packages: ['prom-client', '@opentelemetry/api'], builtins: 'any' },
  recovery: { rooms: ['core', 'blobs', 'catalog', 'config.ts', 'shelves.ts'], packages: [], builtins: 'any' },
  client: { rooms: [], types: ['dialects/native'], packages: [], builtins: [] },
  cli: {
    rooms: ['client', 'compose.ts', 'office.ts', 'config.ts', 'core', 'recovery'],
    packages: ['commander'],
    builtins: 'any',
  },
  'config.ts': { rooms: ['setting-kinds.ts'], packages: [], builtins: 'any' },
  'setting-kinds.ts': { rooms: [], packages: [], builtins: ['node:net', 'node:path'] },
  'passwords.ts': { rooms: ['core'], packages: ['@node-rs/argon2'], builtins: [] },
  'sniff.ts': { rooms: ['core'], packages: ['file-type'], builtins: [] },
  'main.ts': { rooms: ['cli'], packages: [], builtins: [] },
  'compose.ts': {
    rooms: [
      'core',
      'blobs',
      'catalog',
      'http',
      'config.ts',
      'door.ts',
      'door-thread.ts',
      'log.ts',
      'shelves.ts',
      'tending.ts',
    ],
    packages: ['pino'],
    builtins: 'any',
  },
  'door.ts': {
    rooms: [
      'core',
      'catalog',
      'http',
      'telemetry',
      'dialects/index.ts',
      'config.ts',
      'log.ts',
      'passwords.ts',
      'shelves.ts',
      'sniff.ts',
    ],
    packages: ['pino'],
    builtins: 'any',
  },
  'door-thread.ts': {
    rooms: ['core', 'config.ts', 'door.ts', 'log.ts', 'shelves.ts'],
    packages: [],
    builtins: 'any',
  },
  'log.ts': { rooms: [], types: ['telemetry'], packages: ['pino'], builtins: [] },
  'office.ts': {
    rooms: ['core', 'blobs', 'catalog', 'config.ts', 'log.ts', 'passwords.ts', 'shelves.ts'],
    packages: ['pino'],
    builtins: [],
  },
  'tending.ts': { rooms: ['core', 'config.ts'], packages: [], builtins: ['node:crypto'] },
  'shelves.ts': { rooms: ['core', 'blobs', 'catalog', 'config.ts'], packages: [], builtins: 'any' },
}

interface Import {
  readonly target: string
  readonly typeOnly: boolean
}

interface Source {
  readonly file: string
  readonly imports: readonly Import[]
  readonly breaks: readonly string[]
}

/** What is wrong in a tree, as `file: rule`. */
function violationsIn(root: string): string[] {
  const files = (readdirSync(root, { recursive: true }) as string[]).filter((file) => file.endsWith('.ts'))
  const sources = files.map((file) => readSource(root, file))
  return [
    ...sources.flatMap((source) => source.breaks.map((rule) => `${source.file}: ${rule}`)),
    ...sources.flatMap((source) => source.imports.flatMap((one) => judged(root, source.file, one))),
    ...cyclesIn(root, sources).map((file) => `${file}: cycle`),
  ].sort()
}

function judged(root: string, file: string, { target, typeOnly }: Import): string[] {
  const name = roomOf(file)
  const room = ROOMS[isDialect(name) ? DIALECT : name]
  if (room === undefined) return [`${file}: a room that is in no table`]
  if (!target.startsWith('.')) {
    if (builtinModules.includes(target.replace(/^node:/, '')))
      return room.builtins === 'any' || room.builtins.includes(target) ? [] : [`${file}: built-in ${target}`]
    return room.packages.includes(target) ? [] : [`${file}: package ${target}`]
  }
  const to = roomOf(relative(root, resolve(root, dirname(file), target)))
  if (to === name || room.rooms.includes(isDialect(to) && !isDialect(name) ? DIALECT : to)) return []
  if (room.types?.includes(to) === true) return typeOnly ? [] : [`${file}: more than types of ${to}`]
  return [`${file}: room ${to}`]
}

function isDialect(room: string): boolean {
  return room.startsWith('dialects/') && room !== 'dialects/index.ts'
}

/** The first folder, or the file itself where it lies in none; a dialect's folder is a room of its own. */
function roomOf(file: string): string {
  const [first = '', second = ''] = file.split('/')
  return first === 'dialects' ? `${first}/${second}` : first
}

function readSource(root: string, file: string): Source {
  const tree = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest)
  const imports: Import[] = []
  const breaks: string[] = []
  const visit = (node: ts.Node) => {
    const found = importIn(node)
    if (found !== null) imports.push(found)
    const broken = brokenBy(node, file)
    if (broken !== null) breaks.push(broken)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  if (file.endsWith('index.ts') && file !== 'dialects/index.ts') breaks.push('index.ts')
  return { file, imports, breaks }
}

function importIn(node: ts.Node): Import | null {
  if (ts.isImportDeclaration(node)) return { target: textOf(node.moduleSpecifier), typeOnly: isTypeOnly(node) }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
    return { target: textOf(node.moduleSpecifier), typeOnly: node.isTypeOnly }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return { target: textOf(node.argument.literal), typeOnly: true }
  if (!ts.isCallExpression(node)) return null
  const imports = node.expression.kind === ts.SyntaxKind.ImportKeyword
  const requires = ts.isIdentifier(node.expression) && node.expression.text === 'require'
  return imports || requires ? { target: textOf(node.arguments[0]), typeOnly: false } : null
}

function isTypeOnly({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const named = importClause.namedBindings
  if (importClause.name !== undefined || named === undefined || !ts.isNamedImports(named)) return false
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly)
}

/** What is no matter of imports: forwarding what is another's, default exports, the environment read outside config.ts. */
function brokenBy(node: ts.Node, file: string): string | null {
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) return 'barrel'
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : []
  if (ts.isExportAssignment(node) || modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword))
    return 'default export'
  const reads = ts.isPropertyAccessExpression(node) && node.name.text === 'env'
  return reads && ts.isIdentifier(node.expression) && node.expression.text === 'process' && file !== 'config.ts'
    ? 'process.env'
    : null
}

/** Files from which imports lead back to themselves; types count too. */
function cyclesIn(root: string, sources: readonly Source[]): string[] {
  const next = new Map(
    sources.map(({ file, imports }) => [
      file,
      imports
        .filter(({ target }) => target.startsWith('.'))
        .map(({ target }) => relative(root, resolve(root, dirname(file), target))),
    ]),
  )
  const leadsTo = (from: string, to: string, seen: Set<string>): boolean =>
    (next.get(from) ?? []).some((file) => {
      if (file === to) return true
      if (seen.has(file)) return false
      seen.add(file)
      return leadsTo(file, to, seen)
    })
  return [...next.keys()].filter((file) => leadsTo(file, file, new Set()))
}

function textOf(node: ts.Node | undefined): string {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : 'a computed name'
}

const here = import.meta.dirname

test('the house is in order', () => {
  assert.deepEqual(violationsIn(join(here, '..', 'src')), [])
})

test('a tree that breaks each rule once is caught at each', () => {
  const expected = readFileSync(join(here, 'fixtures', 'house', 'violations.txt'), 'utf8')
    .trim()
    .split('\n')
  assert.deepEqual(violationsIn(join(here, 'fixtures', 'house')), expected)
})

test('every row of the table in ARCHITECTURE.md is held here', () => {
  const page = readFileSync(join(here, '..', 'ARCHITECTURE.md'), 'utf8')
  const rows = [...page.matchAll(/^\| (`[^|]+`) \| [^|]+ \|$/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+?)\/?`/g)].map(([, room = '']) => room.replace('<x>', '*')),
  )
  assert.ok(rows.length >= 7, rows.join())
  assert.deepEqual(
    rows.filter((room) => ROOMS[room] === undefined),
    [],
  )
})
