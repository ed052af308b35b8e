import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import type { Lease } from '../environment/protocol.ts'
import type { FaultEvidence, HistoryEvidence, SometimesEvidence } from '../history/history-evidence.ts'
import type { LoadEvidence } from '../objective/load-evidence.ts'
import type { Verdict } from '../objective/verdict.ts'
import type { RunSettings } from './run-settings.ts'

/** What Jest's own results have no place for, one line of JSON for each guarantee that ran. */
export interface Note {
  readonly id: string
  readonly label: string | undefined
  readonly notOffered?: string
  readonly evidence: Readonly<Record<string, unknown>>
  /** What was measured, at L4, and how its objectives came out. */
  readonly load?: LoadEvidence
  readonly histories?: readonly HistoryEvidence[]
  readonly faults?: readonly FaultEvidence[]
  readonly sometimes?: readonly SometimesEvidence[]
  /** What its randomness was made of, where it had some. */
  readonly seed?: number
  /** The worst of its objectives, when the test itself got to its end; `no-data` also when it has shown nothing. */
  readonly verdict?: Verdict
  /** `redis 7.0.15 (native)` and the like. */
  readonly dependencies: readonly string[]
}

/** Collects what a test notes about its guarantee. */
export class Notes {
  readonly #id: string
  readonly #settings: RunSettings
  readonly #dependencies = new Set<string>()
  #evidence: Record<string, unknown> = {}
  #notOffered: string | undefined
  #load: LoadEvidence | undefined
  #verdict: Verdict | undefined
  #found: Pick<Note, 'histories' | 'faults' | 'sometimes' | 'seed'> = {}

  constructor(id: string, settings: RunSettings) {
    this.#id = id
    this.#settings = settings
  }

  served({ dependency, version, provider }: Lease): void {
    this.#dependencies.add(`${dependency} ${version} (${provider})`)
  }

  evidence(facts: Readonly<Record<string, unknown>>): void {
    this.#evidence = { ...this.#evidence, ...facts }
  }

  load(measured: LoadEvidence, verdict?: Verdict): void {
    this.#load = measured
    this.#verdict = verdict
  }

  /** What else its test has found. */
  found(found: Pick<Note, 'histories' | 'faults' | 'sometimes' | 'seed'>): void {
    this.#found = { ...this.#found, ...found }
  }

  /** The test has shown nothing, unless an objective is missed: that counts more. */
  noData(): void {
    if (this.#verdict !== 'fail') this.#verdict = 'no-data'
  }

  /** The guarantee does not apply; it counts neither as passed nor as failed. */
  notOffered(why: string): void {
    this.#notOffered = why
    this.write()
  }

  write(): void {
    const { notesDirectory, label } = this.#settings
    if (notesDirectory === undefined) return
    const note: Note = {
      id: this.#id,
      label,
      ...(this.#notOffered === undefined ? {} : { notOffered: this.#notOffered }),
      evidence: this.#evidence,
      ...(this.#load === undefined ? {} : { load: this.#load }),
      ...this.#found,
      ...(this.#verdict === undefined ? {} : { verdict: this.#verdict }),
      dependencies: [...this.#dependencies],
    }
    mkdirSync(notesDirectory, { recursive: true })
    appendFileSync(join(notesDirectory, `notes-${process.pid}.jsonl`), `${JSON.stringify(note, inWords)}\n`)
  }
}

/** JSON has no bigint. */
function inWords(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

/** All notes that the tests of a run left in a folder. */
export function readNotes(folder: string): Note[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Note),
  )
}
