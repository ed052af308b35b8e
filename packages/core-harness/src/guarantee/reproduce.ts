import { relative } from 'node:path'

import { homeDirectory } from '../environment/workspace.ts'
import type { Level } from './contract.ts'

const PLAIN = /^[\w@%+=:,./-]+$/

/** The command that runs the test of a guarantee again: the adapter as the user chose it, because a path is no name. */
export function reproduceCommand(
  {
    contract,
    level,
    id,
    seed,
  }: {
    readonly contract: string
    readonly level: Level
    readonly id: string
    /** What its randomness was made of, where it had some. */
    readonly seed?: number | undefined
  },
  environment = process.env,
): string {
  const seeded = seed === undefined ? '' : `HARNESS_SEED=${seed} `
  const choice = environment.ADAPTER ? `ADAPTER=${environment.ADAPTER} ` : ''
  return `${seeded}${choice}npx nx run ${contract}:${level.toLowerCase()} --testNamePattern ${id}`
}

/** The command that judges a stored history again. */
export function checkCommand(file: string, checker: string, options: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const words = given.flatMap(([name, value]) => ['--option', `${name}=${textOf(value)}`])
  return ['npx', 'harness', 'check', fromHome(file), '--checker', checker, ...words].map(quoted).join(' ')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** From the folder of the workspace, where commands are given; whole when it lies elsewhere. */
function fromHome(file: string): string {
  const path = relative(homeDirectory, file)
  return path.startsWith('..') ? file : path
}

function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
