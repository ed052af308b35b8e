import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { stateFolder } from '../environment/workspace.ts'
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

  /** The folder that the environment names, else a new one. */
  static current(environment = process.env): RunDirectory {
    const shared = environment.HARNESS_RUN_DIRECTORY
    return shared === undefined || shared === '' ? RunDirectory.create() : new RunDirectory(shared, true)
  }

  /** Where the tests of one Jest process leave their notes. */
  notesDirectory(name: string): string {
    return join(this.path, 'notes', name)
  }

  writePart(part: RunPart): void {
    const folder = join(this.path, 'parts')
    mkdirSync(folder, { recursive: true })
    this.write(join('parts', `${part.package}.json`), `${JSON.stringify(part, null, 2)}\n`)
  }

  readParts(): RunPart[] {
    const folder = join(this.path, 'parts')
    if (!existsSync(folder)) return []
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
    return files.sort().map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as RunPart)
  }

  /** Whole or not at all: a reader never sees half a file. */
  write(name: string, content: string): void {
    const file = join(this.path, name)
    writeFileSync(`${file}.draft`, content)
    renameSync(`${file}.draft`, file)
  }
}
