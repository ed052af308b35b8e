import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import { readConfiguration } from '../environment/configuration.ts'
import { HarnessError } from '../environment/errors.ts'

/**
 * Finds the module of the adapter under test of one contract.
 *
 * The choice is `ADAPTER` in the environment, else `adapters` in the configuration file, else the reference. `ADAPTER`
 * holds one or more choices separated by commas: `cache:bentocache` (a file of the package's `adapters` folder),
 * `cache:./my-adapter.ts`, or `./my-adapter.ts` for the only contract that is tested. Paths are relative to the folder
 * where the command was given.
 *
 * @param contract the contract's name
 * @param packageDirectory the folder of the package that owns the contract
 * @throws HarnessError when the choice names nothing that is there
 */
export function chooseAdapter(contract: string, packageDirectory: string, environment = process.env): string {
  const wanted = fromVariable(contract, environment.ADAPTER ?? '') ?? readConfiguration().adapters[contract]
  if (wanted === undefined || wanted === 'reference') return referenceOf(packageDirectory)
  return isPath(wanted)
    ? existing(contract, resolve(environment.INIT_CWD ?? process.cwd(), wanted))
    : named(contract, wanted, packageDirectory)
}

/** Where a package has its reference. */
export function referenceOf(packageDirectory: string): string {
  return join(packageDirectory, 'src/reference/adapter.ts')
}

/** The choice for this contract out of the variable's list. */
function fromVariable(contract: string, variable: string): string | undefined {
  const choices = variable
    .split(',')
    .map((choice) => choice.trim())
    .filter((choice) => choice !== '')
  for (const choice of choices) {
    const colon = choice.indexOf(':')
    if (colon > 0 && choice.slice(0, colon) === contract) return choice.slice(colon + 1)
    if (colon < 0 && isPath(choice)) return choice
    if (colon < 0)
      throw new HarnessError(`choosing the adapter: ADAPTER="${choice}" names no contract and is no path`, {
        remedy: `Write ADAPTER=${contract}:${choice}, or a path such as ADAPTER=./my-adapter.ts.`,
      })
  }
  return undefined
}

function isPath(choice: string): boolean {
  return choice.startsWith('.') || choice.startsWith('/') || choice.endsWith('.ts')
}

function existing(contract: string, path: string): string {
  if (existsSync(path)) return path
  throw new HarnessError(`choosing the adapter of ${contract}: there is no file ${path}`, {
    remedy: `ADAPTER=${contract}:<path> takes a path relative to the folder where you give the command.`,
  })
}

function named(contract: string, name: string, packageDirectory: string): string {
  const path = join(packageDirectory, 'adapters', `${name}.ts`)
  if (/^[\w-]+$/.test(name) && existsSync(path)) return path
  const folder = dirname(path)
  const known = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.ts')) : []
  const names = ['reference', ...known.map((file) => file.slice(0, -'.ts'.length))]
  throw new HarnessError(`choosing the adapter of ${contract}: there is no adapter "${name}"`, {
    remedy: `Known adapters: ${names.join(', ')}; or give the path of your own, ADAPTER=${contract}:./my-adapter.ts.`,
  })
}
