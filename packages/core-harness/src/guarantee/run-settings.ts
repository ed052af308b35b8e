import { HarnessError } from '../environment/errors.ts'
import { CATEGORIES } from './contract.ts'
import type { Category } from './contract.ts'

/** How this run of a package's tests was started. */
export interface RunSettings {
  /** The module of the adapter under test, when it is not to be chosen by the user. */
  readonly adapter?: string
  /** The guarantees to prove; all when left out. */
  readonly only?: readonly string[]
  /** Where notes beside the verdicts go; nowhere when left out. */
  readonly notesDirectory?: string
  /** The folder of the run, for what is too large for notes. */
  readonly runDirectory?: string
  /** Tells the notes of one of several runs in the same folder from the others. */
  readonly label?: string
}

/** What the user asked of all runs, in the environment. */
export interface RunMode {
  /** `HARNESS_QUICK=1`: less load, and shorter. */
  readonly isQuick: boolean
  /** `HARNESS_CATEGORIES=cache,database`: only guarantees of these; undefined for all. */
  readonly categories: readonly Category[] | undefined
  /** `HARNESS_REAL_LLM=1`: where a suite can ask a real model, it does. */
  readonly realLlm: boolean
  /** `HARNESS_SEED`: what random choices of load are made of; 1 unless it is given, so that runs can be compared. */
  readonly seed: number
  /**
   * `HARNESS_ENV`: `local` starts a stack of its own even where the URL of a deployed one is given; `staging` never starts
   * one. Undefined: deployed where there is a URL.
   */
  readonly target: 'local' | 'staging' | undefined
}

/** @throws HarnessError for a variable that holds something else */
export function runMode(environment = process.env): RunMode {
  const names = (environment.HARNESS_CATEGORIES ?? '').split(',').flatMap((name) => name.trim() || [])
  const unknown = names.find((name) => !CATEGORIES.some((category) => category === name))
  if (unknown !== undefined)
    throw new HarnessError(`reading HARNESS_CATEGORIES: there is no category "${unknown}"`, {
      remedy: `There are: ${CATEGORIES.join(', ')}.`,
    })
  return {
    isQuick: isOn('HARNESS_QUICK', environment),
    categories: names.length === 0 ? undefined : (names as Category[]),
    realLlm: isOn('HARNESS_REAL_LLM', environment),
    seed: seedOf(environment.HARNESS_SEED ?? ''),
    target: targetOf(environment.HARNESS_ENV ?? ''),
  }
}

function seedOf(value: string): number {
  if (value === '') return 1
  if (/^\d{1,9}$/.test(value)) return Number(value)
  throw new HarnessError(`reading HARNESS_SEED: "${value}" is no seed`, {
    remedy: 'It is a whole number of at most nine digits.',
  })
}

function targetOf(value: string): RunMode['target'] {
  if (value === '') return undefined
  if (value === 'local' || value === 'staging') return value
  throw new HarnessError(`reading HARNESS_ENV: there is no "${value}"`, { remedy: 'It is local or staging.' })
}

/** Whether a guarantee of this category is to run. */
export function isWanted(category: Category | undefined, categories: RunMode['categories']): boolean {
  return categories === undefined || (category !== undefined && categories.includes(category))
}

function isOn(name: string, environment: NodeJS.ProcessEnv): boolean {
  const value = environment[name] ?? ''
  if (value === '1' || value === '0' || value === '') return value === '1'
  throw new HarnessError(`reading ${name}: "${value}" is neither 1 nor 0`, {
    remedy: `Set ${name}=1, or leave it out.`,
  })
}

/** What the Jest configuration put into `globals.harness`. */
export function runSettings(): RunSettings {
  const { harness } = globalThis as { harness?: RunSettings }
  return harness ?? {}
}
