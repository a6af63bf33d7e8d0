/** Holds ARCHITECTURE.md's table of who may import whom, and the rest of the house's order; a fixture tree breaks each rule once. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { DIALECT, ROOMS, tableOfRooms } from './house/rooms.ts'

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
  if (to === name || room.rooms.some((allowed) => isWithin(isDialect(name) ? to : general(to), allowed))) return []
  if (room.types?.some((allowed) => isWithin(to, allowed)) === true)
    return typeOnly ? [] : [`${file}: more than types of ${to}`]
  return [`${file}: room ${to}`]
}

/** The rooms of core are separate for each other; every other room may name core as a whole. */
function isWithin(room: string, allowed: string): boolean {
  return room === allowed || room.startsWith(`${allowed}/`)
}

function general(room: string): string {
  return isDialect(room) ? DIALECT : room
}

function isDialect(room: string): boolean {
  return room.startsWith('dialects/') && room !== 'dialects/index.ts'
}

/** The longest name in the table, else the first folder; a dialect's folder is a room of its own. */
function roomOf(file: string): string {
  const [first = '', second = ''] = file.split('/')
  if (first === 'dialects') return `${first}/${second}`
  return ROOMS[`${first}/${second}`] === undefined ? first : `${first}/${second}`
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

/** What is no matter of imports: forwarding what is another's, default exports, the environment read outside config/config.ts. */
function brokenBy(node: ts.Node, file: string): string | null {
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) return 'barrel'
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : []
  if (ts.isExportAssignment(node) || modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword))
    return 'default export'
  const reads = ts.isPropertyAccessExpression(node) && node.name.text === 'env'
  return reads && ts.isIdentifier(node.expression) && node.expression.text === 'process' && file !== 'config/config.ts'
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

test('the table in ARCHITECTURE.md is the one that is held here, cell by cell', () => {
  const page = readFileSync(join(here, '..', 'ARCHITECTURE.md'), 'utf8')
  const shown = page.split('\n').filter((line) => line.startsWith('| '))
  const start = shown.findIndex((line) => line.startsWith('| room |'))
  const rows = shown.slice(start).map((line) => line.replace(/ +\|/g, ' |').replace(/\| +/g, '| '))
  assert.deepEqual(rows.slice(0, tableOfRooms().split('\n').length), tableOfRooms().split('\n'))
})
