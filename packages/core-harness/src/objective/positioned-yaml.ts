import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml'
import type { Document, Node } from 'yaml'

import { HarnessError } from '../environment/errors.ts'

/** A value in a YAML file that knows where it stands, so that every refusal names file, line and column. */
export class YamlValue {
  readonly #file: string
  readonly #lines: LineCounter
  readonly #document: Document
  readonly #node: Node | undefined
  /** Where it stands in its document: `spec.objectives[0].target`. */
  readonly path: string
  readonly #parent: YamlValue | undefined

  private constructor(
    file: string,
    lines: LineCounter,
    document: Document,
    node: Node | undefined,
    path: string,
    parent?: YamlValue,
  ) {
    this.#file = file
    this.#lines = lines
    this.#document = document
    this.#node = isAlias(node) ? node.resolve(document) : node
    this.path = path
    this.#parent = parent
  }

  /**
   * The documents of a file.
   *
   * @throws HarnessError for text that is no YAML
   */
  static read(text: string, file: string): YamlValue[] {
    const lines = new LineCounter()
    const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })
    if (!Array.isArray(documents)) return []
    return documents.flatMap((document) => {
      const root = new YamlValue(file, lines, document, document.contents ?? undefined, '')
      const [mistake] = document.errors
      if (mistake) throw refusal(file, lines, mistake.pos[0], mistake.message)
      return root.exists ? [root] : []
    })
  }

  get exists(): boolean {
    return this.#node !== undefined && !(isScalar(this.#node) && this.#node.value === null)
  }

  /** The value of a field; one that does not exist when it is not there. */
  at(field: string): YamlValue {
    const path = this.path === '' ? field : `${this.path}.${field}`
    if (this.exists && !isMap(this.#node)) this.fail('it is to have fields')
    const node = isMap(this.#node) ? (this.#node.get(field, true) as Node | undefined) : undefined
    return new YamlValue(this.#file, this.#lines, this.#document, node, path, this)
  }

  get fields(): string[] {
    if (!isMap(this.#node)) return this.fail('it is to have fields')
    return this.#node.items.map(({ key }) => String(isScalar(key) ? key.value : key))
  }

  get items(): YamlValue[] {
    if (!isSeq(this.#node)) return this.fail('it is to be a list')
    return this.#node.items.map(
      (item, index) =>
        new YamlValue(this.#file, this.#lines, this.#document, item as Node, `${this.path}[${index}]`, this),
    )
  }

  get text(): string {
    const value = isScalar(this.#node) ? this.#node.value : undefined
    if (typeof value === 'string' && value.trim() !== '') return value
    return this.fail(this.exists ? 'it is to be a text' : 'it is missing')
  }

  get number(): number {
    const value = isScalar(this.#node) ? this.#node.value : undefined
    if (typeof value === 'number' && Number.isFinite(value)) return value
    return this.fail(this.exists ? 'it is to be a number' : 'it is missing')
  }

  oneOf<Word extends string>(words: readonly Word[]): Word {
    const { text } = this
    return words.find((word) => word === text) ?? this.fail(`"${text}" is none of ${words.join(', ')}`)
  }

  /** @throws HarnessError with the place of this value, or of what it is missing from */
  fail(reason: string): never {
    const offset = this.#offset()
    throw refusal(this.#file, this.#lines, offset, this.path === '' ? reason : `${this.path}: ${reason}`)
  }

  #offset(): number {
    return this.#node?.range?.[0] ?? (this.#parent === undefined ? 0 : this.#parent.#offset())
  }
}

function refusal(file: string, lines: LineCounter, offset: number, reason: string): HarnessError {
  const { line, col } = lines.linePos(offset)
  return new HarnessError(`reading objectives from ${file}:${line}:${col}: ${reason}`, {
    remedy: 'docs/objectives.md says which part of OpenSLO is read, and how.',
  })
}
