import { pathToFileURL } from 'node:url'

import { HarnessError, messageOf } from '../environment/errors.ts'
import type { Adapter, Defect } from './adapter.ts'

/**
 * Imports the module of an adapter and checks what it exports.
 *
 * @param path of a file whose default export is an adapter or a defect
 * @throws HarnessError when the module cannot be imported, or exports something else
 */
export async function loadAdapter(path: string): Promise<Adapter> {
  let module: { default?: unknown }
  try {
    module = (await import(pathToFileURL(path).href)) as { default?: unknown }
  } catch (error) {
    throw new HarnessError(`loading the adapter ${path}: ${messageOf(error)}`, { cause: error })
  }
  const problem = findProblem(module.default)
  if (problem !== undefined)
    throw new HarnessError(`loading the adapter ${path}: ${problem}`, {
      remedy: 'Its default export has to be what defineAdapter() or defineDefect() gives.',
    })
  return module.default as Adapter
}

/** A defect names what it breaks; any other adapter does not. */
export function isDefect(adapter: Adapter): adapter is Defect {
  return 'breaks' in adapter
}

function findProblem(candidate: unknown): string | undefined {
  if (typeof candidate !== 'object' || candidate === null) return 'it has no default export that is an object'
  const { contract, name, offers, open } = candidate as Partial<Record<keyof Adapter, unknown>>
  if (typeof contract !== 'string') return 'its default export has no `contract` (the name of the contract)'
  if (typeof name !== 'string') return 'its default export has no `name`'
  if (!Array.isArray(offers)) return 'its default export has no `offers` (a list of capabilities, it may be empty)'
  if (typeof open !== 'function') return 'its default export has no `open` function'
  return undefined
}
