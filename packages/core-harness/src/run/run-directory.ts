import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { stateFolder } from '../environment/workspace.ts'
import type { KillMatrix } from '../guarantee/prove/judge.ts'
import type { RunPart } from './record.ts'

/** The folder of one run: `.proving-ground/runs/<id>`, or the one that a command over several packages made. */
export class RunDirectory {
  readonly id: string
  readonly path: string
  /** A command over several packages made it and finishes the run. */
  readonly isShared: boolean

  constructor(path: string, isShared: boolean) {
    this.path = path
    this.id = path.slice(path.lastIndexOf('/') + 1)
    this.isShared = isShared
  }

  static create(now = new Date()): RunDirectory {
    const stamp = now.toISOString().replace(/[-:]/g, '').slice(0, 15)
    const path = join(stateFolder('runs'), `${stamp}-${randomBytes(3).toString('hex')}`)
    mkdirSync(path, { recursive: true })
    return new RunDirectory(path, false)
  }

  /** The folder that a command over several packages made, when there is one. */
  static shared(environment = process.env): RunDirectory | undefined {
    const path = environment.HARNESS_RUN_DIRECTORY
    return path === undefined || path === '' ? undefined : new RunDirectory(path, true)
  }

  /** Where the tests of one Jest process leave their notes. */
  notesDirectory(name: string): string {
    return join(this.path, 'notes', name)
  }

  /** @param name tells this part from the others of the run: `cache-l3` */
  writePart(name: string, part: RunPart): void {
    this.#writeJson('parts', name, part)
  }

  readParts(): RunPart[] {
    return this.#readJson<RunPart>('parts').map(({ content }) => content)
  }

  /** The result of `prove` for one package. */
  writeMatrix(name: string, matrix: KillMatrix): void {
    this.#writeJson('matrices', name, matrix)
  }

  readMatrices(): Record<string, KillMatrix> {
    return Object.fromEntries(this.#readJson<KillMatrix>('matrices').map(({ name, content }) => [name, content]))
  }

  /** Whole or not at all: a reader never sees half a file. */
  write(name: string, content: string): void {
    const file = join(this.path, name)
    writeFileSync(`${file}.draft`, content)
    renameSync(`${file}.draft`, file)
  }

  #writeJson(folder: string, name: string, content: unknown): void {
    mkdirSync(join(this.path, folder), { recursive: true })
    this.write(join(folder, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`)
  }

  #readJson<Content>(folder: string): { name: string; content: Content }[] {
    const path = join(this.path, folder)
    const files = existsSync(path) ? readdirSync(path).filter((file) => file.endsWith('.json')) : []
    return files.sort().map((file) => ({
      name: file.slice(0, -'.json'.length),
      content: JSON.parse(readFileSync(join(path, file), 'utf8')) as Content,
    }))
  }
}
