import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { HarnessError, messageOf } from '../environment/errors.ts'
import { workspaceRoot } from '../environment/workspace.ts'
import type { Contract } from './contract.ts'

/** A package of the workspace that owns a contract. */
export interface ServicePackage {
  /** The project's name, which is its folder's. */
  readonly name: string
  readonly directory: string
}

/** All packages that have a contract, by name. */
export function servicePackages(root = workspaceRoot): ServicePackage[] {
  const folder = join(root, 'packages')
  return readdirSync(folder)
    .flatMap((name) => packageAt(join(folder, name)) ?? [])
    .sort((a, b) => a.name.localeCompare(b.name))
}

/** The package in a folder; undefined when it has no contract. */
export function packageAt(directory: string): ServicePackage | undefined {
  return existsSync(join(directory, 'src/contract.ts')) ? { name: basename(directory), directory } : undefined
}

/** @throws HarnessError listing the packages that there are */
export function servicePackage(name: string, root = workspaceRoot): ServicePackage {
  const all = servicePackages(root)
  const found = all.find((one) => one.name === name || `@proving-ground/${one.name}` === name)
  if (found) return found
  throw new HarnessError(`there is no package "${name}" with a contract`, {
    remedy: `Packages with a contract: ${all.map((one) => one.name).join(', ') || 'none'}.`,
    exitCode: 2,
  })
}

/** Imports the one contract that a package's `src/contract.ts` exports. */
export async function loadContract({ directory, name }: ServicePackage): Promise<Contract> {
  const file = join(directory, 'src/contract.ts')
  let module: Record<string, unknown>
  try {
    module = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  } catch (error) {
    throw new HarnessError(`loading the contract of ${name}: ${messageOf(error)}`, { cause: error })
  }
  const contracts = Object.values(module).filter(isContract)
  if (contracts.length === 1) return contracts[0] as Contract
  throw new HarnessError(`loading the contract of ${name}: ${file} exports ${contracts.length} contracts`, {
    remedy: 'It exports exactly one value made by defineContract().',
  })
}

function isContract(value: unknown): value is Contract {
  return typeof value === 'object' && value !== null && 'guarantees' in value && 'name' in value
}
