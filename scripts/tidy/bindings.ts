/** Names that go in and out of a source file. */
import {
  type ExportDeclaration,
  type ImportClause,
  isClassDeclaration,
  isExportAssignment,
  isExportDeclaration,
  isFunctionDeclaration,
  isIdentifier,
  isInterfaceDeclaration,
  isNamedExports,
  isNamedImports,
  isTypeAliasDeclaration,
  isVariableStatement,
  type Node,
  type SourceFile,
  type Statement,
  SyntaxKind,
} from 'typescript/unstable/ast'

export interface Export {
  name: string
  line: number
  /** True where the file itself uses it. */
  isUsedInside: boolean
  isType: boolean
}

interface Names {
  names: string[]
  isTypeOnly: boolean
}

export function namesOfImport(clause: ImportClause | undefined): Names {
  // `import './effects.ts'` runs the file and takes no name of it.
  if (!clause) return { names: [], isTypeOnly: false }
  const names = clause.name ? ['default'] : []
  const bindings = clause.namedBindings
  let isTypeOnly = clause.phaseModifier === SyntaxKind.TypeKeyword
  if (bindings && isNamedImports(bindings)) {
    names.push(...bindings.elements.map(({ propertyName, name }) => (propertyName ?? name).text))
    const areTypes = bindings.elements.every((element) => element.isTypeOnly)
    isTypeOnly ||= areTypes && !clause.name
  } else if (bindings) {
    names.push('*')
  }
  return { names, isTypeOnly }
}

/** Of `export … from`: what it takes from the other file. */
export function namesOfExport({ exportClause, isTypeOnly }: ExportDeclaration): Names {
  if (!exportClause || !isNamedExports(exportClause)) return { names: ['*'], isTypeOnly }
  const { elements } = exportClause
  return {
    names: elements.map(({ propertyName, name }) => (propertyName ?? name).text),
    isTypeOnly: isTypeOnly || elements.every((element) => element.isTypeOnly),
  }
}

/** `uses` counts identifiers in the file: a declaration alone is one. */
export function exportsOf(
  file: SourceFile,
  uses: ReadonlyMap<string, number>,
  lineOf: (offset: number) => number,
): Export[] {
  return file.statements.flatMap((statement) => {
    const isType = isInterfaceDeclaration(statement) || isTypeAliasDeclaration(statement)
    return exportedNames(statement).map((node) => {
      const name = node.getText(file)
      const isUsedInside = (uses.get(name) ?? 0) > 1
      return { name, line: lineOf(node.getStart(file)), isUsedInside, isType }
    })
  })
}

function exportedNames(statement: Statement): Node[] {
  if (isExportAssignment(statement)) return []
  if (isExportDeclaration(statement)) {
    const { exportClause } = statement
    return exportClause && isNamedExports(exportClause)
      ? exportClause.elements.map(({ name }) => name)
      : []
  }
  if (isVariableStatement(statement)) {
    if (!isExported(statement)) return []
    return statement.declarationList.declarations.map(({ name }) => name).filter(isIdentifier)
  }
  const isNamed = isFunctionDeclaration(statement) || isClassDeclaration(statement)
  if (isNamed || isInterfaceDeclaration(statement) || isTypeAliasDeclaration(statement)) {
    return isExported(statement) && statement.name ? [statement.name] : []
  }
  return []
}

const isExported = ({ modifiers }: { modifiers?: readonly Node[] | undefined }): boolean =>
  modifiers?.some(({ kind }) => kind === SyntaxKind.ExportKeyword) ?? false
