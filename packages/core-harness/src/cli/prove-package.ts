import { join, resolve } from 'node:path'

import { HarnessError } from '../environment/errors.ts'
import { referenceOf } from '../guarantee/choose-adapter.ts'
import { breakable, guaranteeOf } from '../guarantee/contract.ts'
import type { Contract } from '../guarantee/contract.ts'
import { findTested } from '../guarantee/tested.ts'
import type { TestedGuarantee } from '../guarantee/tested.ts'
import { loadContract } from '../guarantee/packages.ts'
import type { ServicePackage } from '../guarantee/packages.ts'
import { loadDefect, loadDefects } from '../guarantee/prove/defects.ts'
import type { LoadedDefect } from '../guarantee/prove/defects.ts'
import { judge } from '../guarantee/prove/judge.ts'
import type { Charge, KillMatrix, Outcome } from '../guarantee/prove/judge.ts'
import { runTrials } from '../jest/prove.ts'
import type { Trial } from '../jest/prove.ts'
import type { RunDirectory } from '../run/run-directory.ts'

export interface ProveOptions {
  /**
   * Only these defects, by name or by the path of a file: the reference is put to what they break, and nothing is said of
   * guarantees without a defect.
   */
  readonly defects: readonly string[]
  /** Every defect against every guarantee, instead of those that it names. */
  readonly isFull: boolean
  readonly levels: readonly ('l3' | 'l4')[]
  readonly workers: number
  readonly signal: AbortSignal
}

/**
 * Proves that a package's tests can fail: the reference keeps every guarantee and meets every objective, each defect breaks
 * those that it names.
 *
 * @throws HarnessError when there is nothing to prove, or a defect is no proper one
 */
export async function provePackage(
  owner: ServicePackage,
  directory: RunDirectory,
  options: ProveOptions,
): Promise<KillMatrix> {
  const contract = await loadContract(owner)
  const suites = options.levels.map((level) => suiteOf(owner, contract, level))
  const targets = suites.flatMap((suite) => suite.targets)
  if (targets.length === 0)
    throw new HarnessError(`proving ${owner.name}: it has no ${options.levels.join(' or ')} test of a guarantee`)
  const defects = (await chosenDefects(owner, options.defects, contract)).filter(
    ({ defect }) => defect.breaks === 'all' || defect.breaks.some((id) => targets.includes(id)),
  )
  if (defects.length === 0)
    throw new HarnessError(`proving ${owner.name}: it has no defects of ${options.levels.join(' or ')}`, {
      remedy: 'Put one a file into its folder defects/.',
    })
  const charges = defects.map(({ defect }): Charge => {
    const isCanary = defect.breaks === 'all'
    const breaks = targets.filter((id) => (isCanary ? id === guaranteeOf(id) : defect.breaks.includes(id)))
    const hasControl =
      options.isFull && targets.includes(contract.control ?? '') && !breaks.includes(contract.control ?? '')
    return { label: defect.name, breaks, control: hasControl ? contract.control : undefined, isCanary }
  })
  // Of some defects only what they are put to says something about them.
  const isPart = options.defects.length > 0 && !options.isFull
  const named = new Set(charges.flatMap(({ breaks }) => breaks.map(guaranteeOf)))
  const isWanted = (id: string): boolean => !isPart || named.has(guaranteeOf(id))
  const outcomes: Outcome[] = []
  for (const { level, tested, guarantees: all } of suites) {
    const guarantees = all.filter(isWanted)
    if (guarantees.length === 0) continue
    const reference = referenceOf(owner.directory)
    const trials = defects.map(({ defect, file }, index): Trial => {
      const own = new Set((charges[index] as Charge).breaks.map(guaranteeOf))
      const chosen = guarantees.filter((id) => options.isFull || own.has(id))
      return { label: defect.name, adapterFile: file, guarantees: chosen }
    })
    const runs = [{ label: 'reference', adapterFile: reference, guarantees }, ...trials.filter(hasSome)]
    outcomes.push(...(await runTrials(level, owner.directory, tested, runs, directory, options)))
  }
  return judge(contract, targets.filter(isWanted), charges, outcomes, options.defects.length === 0)
}

interface SuiteToProve {
  readonly level: 'l3' | 'l4'
  readonly tested: readonly TestedGuarantee[]
  readonly guarantees: readonly string[]
  /** The guarantees, and the objectives of those that have some. */
  readonly targets: readonly string[]
}

function suiteOf(owner: ServicePackage, contract: Contract, level: 'l3' | 'l4'): SuiteToProve {
  const { tested } = findTested(owner.directory, level)
  const known = breakable(contract, level === 'l3' ? 'L3' : 'L4')
  const guarantees = tested.map(({ id }) => id).filter((id) => known.includes(id))
  return { level, tested, guarantees, targets: known.filter((id) => guarantees.includes(guaranteeOf(id))) }
}

function hasSome({ guarantees }: Trial): boolean {
  return guarantees.length > 0
}

async function chosenDefects(
  { name, directory }: ServicePackage,
  wanted: readonly string[],
  contract: Contract,
): Promise<LoadedDefect[]> {
  const all = await loadDefects(contract, join(directory, 'defects'))
  if (wanted.length === 0) return all
  return await Promise.all(
    wanted.map(async (choice) => {
      if (choice.endsWith('.ts'))
        return await loadDefect(contract, resolve(process.env.INIT_CWD ?? process.cwd(), choice))
      const found = all.find(({ defect }) => defect.name === choice)
      if (found) return found
      throw new HarnessError(`proving ${name}: there is no defect "${choice}"`, {
        remedy: `Its defects: ${all.map(({ defect }) => defect.name).join(', ')}; or give the path of a file.`,
        exitCode: 2,
      })
    }),
  )
}
