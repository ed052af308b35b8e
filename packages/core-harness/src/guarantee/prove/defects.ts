import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { HarnessError } from '../../environment/errors.ts'
import type { Defect } from '../adapter.ts'
import { LEVELS, breakable } from '../contract.ts'
import type { Contract } from '../contract.ts'
import { isDefect, loadAdapter } from '../load.ts'

export interface LoadedDefect {
  readonly defect: Defect
  readonly file: string
}

/**
 * Loads every defect of a package.
 *
 * @param folder whose `.ts` files each hold one, by default the package's `defects`
 * @throws HarnessError naming the file that is no proper defect
 */
export async function loadDefects(contract: Contract, folder: string): Promise<LoadedDefect[]> {
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.ts'))
        .sort()
    : []
  const loaded = await Promise.all(files.map((name) => loadDefect(contract, join(folder, name))))
  const names = new Map<string, string>()
  for (const { defect, file } of loaded) {
    const other = names.get(defect.name)
    if (other !== undefined) throw new HarnessError(`two defects are named "${defect.name}": ${other} and ${file}`)
    names.set(defect.name, file)
  }
  return loaded
}

/** @throws HarnessError saying what is wrong with the file */
export async function loadDefect(contract: Contract, file: string): Promise<LoadedDefect> {
  const adapter = await loadAdapter(file)
  const problem = isDefect(adapter)
    ? findProblem(contract, adapter)
    : 'it is an adapter, but no defect: it does not say what it `breaks` (see defineDefect)'
  if (problem !== undefined) throw new HarnessError(`loading the defect ${file}: ${problem}`)
  return { defect: adapter as Defect, file }
}

function findProblem(contract: Contract, defect: Defect): string | undefined {
  if (defect.contract !== contract.name) return `it is a defect of the contract "${defect.contract}"`
  if (defect.breaks === 'all') return undefined
  if (!Array.isArray(defect.breaks) || defect.breaks.length === 0) return 'it names no guarantee that it breaks'
  const known = LEVELS.flatMap((level) => breakable(contract, level))
  const unknown = (defect.breaks as readonly string[]).find((id) => !known.includes(id))
  if (unknown !== undefined) return `it breaks ${unknown}, which the contract does not declare`
  if (!URL.canParse(defect.incident?.url ?? '')) return 'it cites no incident with a URL'
  return undefined
}
