import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** One call of `guarantee('…')` in a test file. */
export interface TestedGuarantee {
  readonly id: string
  readonly file: string
  readonly line: number
}

/** A call whose first argument is no string literal, so that nobody can tell what it proves. */
export interface UnreadableTest {
  readonly file: string
  readonly line: number
}

/**
 * Reads the test files of a package, without running them, for the guarantees that they prove.
 *
 * @param level the folder, and the ending of the files: `l3` reads `l3/*.l3.test.ts`
 */
export function findTested(
  packageDirectory: string,
  level: 'l3' | 'l4',
): { tested: TestedGuarantee[]; unreadable: UnreadableTest[] } {
  const folder = join(packageDirectory, level)
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(`.${level}.test.ts`)) : []
  const tested: TestedGuarantee[] = []
  const unreadable: UnreadableTest[] = []
  for (const file of files.map((name) => join(folder, name)).sort()) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'guarantee') {
        const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1
        const [id] = node.arguments
        if (id && ts.isStringLiteralLike(id)) tested.push({ id: id.text, file, line })
        else unreadable.push({ file, line })
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return { tested, unreadable }
}
