/** Which exports of a tree nothing imports. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

export interface Exported {
  /** Relative to the root. */
  readonly file: string
  readonly name: string
}

interface Trees {
  readonly root: string
  /** The folder whose exports are looked at. */
  readonly source: string
  /** The folders whose imports count. */
  readonly users: readonly string[]
  /** Files whose exports are for others. */
  readonly published: readonly string[]
}

export function unusedExports({ root, source, users, published }: Trees): readonly Exported[] {
  const used = new Set(users.flatMap((folder) => filesIn(join(root, folder))).flatMap((file) => importsOf(file)))
  return filesIn(join(root, source)).flatMap((file) => {
    if (published.includes(relative(root, file)) || used.has(`${file} *`)) return []
    const names = exportsOf(file).filter((name) => !used.has(`${file} ${name}`))
    return names.map((name) => ({ file: relative(root, file), name }))
  })
}

function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true }) as string[]
  return names
    .filter((name) => /\.(ts|mjs)$/.test(name) && !/(^|\/)(node_modules|fixtures)\//.test(name))
    .map((name) => join(folder, name))
}

function treeOf(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
}

function exportsOf(file: string): readonly string[] {
  return treeOf(file).statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) return namesOf(statement.exportClause)
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
    return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ? declaredBy(statement) : []
  })
}

function declaredBy(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => boundBy(name))
  const { name } = statement as ts.DeclarationStatement
  return name === undefined ? [] : [name.text]
}

function boundBy(name: ts.BindingName): readonly string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundBy(element.name) : []))
}

function namesOf(clause: ts.NamedExportBindings | undefined): readonly string[] {
  return clause !== undefined && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : []
}

/** As `file name`; a namespace and an import() of values take all (`file *`). */
function importsOf(file: string): readonly string[] {
  const found: string[] = []
  const add = (specifier: ts.Node | undefined, names: readonly string[]) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier) || !specifier.text.startsWith('.')) return
    const target = resolve(dirname(file), specifier.text)
    found.push(...names.map((name) => `${target} ${name}`))
  }
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importedBy(node))
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, [qualifierOf(node)])
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], ['*'])
    ts.forEachChild(node, visit)
  }
  visit(treeOf(file))
  return found
}

function importedBy({ importClause }: ts.ImportDeclaration): readonly string[] {
  const bindings = importClause?.namedBindings
  if (bindings === undefined) return []
  return ts.isNamespaceImport(bindings)
    ? ['*']
    : bindings.elements.map(({ propertyName, name }) => (propertyName ?? name).text)
}

function qualifierOf({ qualifier }: ts.ImportTypeNode): string {
  if (qualifier === undefined) return '*'
  return ts.isIdentifier(qualifier) ? qualifier.text : (qualifier.getText().split('.')[0] ?? '*')
}
