import { join, resolve } from 'node:path'

import { HarnessError } from '../environment/errors.ts'
import { findTested } from '../guarantee/tested.ts'
import { loadContract } from '../guarantee/packages.ts'
import type { ServicePackage } from '../guarantee/packages.ts'
import { loadDefect, loadDefects } from '../guarantee/prove/defects.ts'
import type { LoadedDefect } from '../guarantee/prove/defects.ts'
import { judge } from '../guarantee/prove/judge.ts'
import type { Charge, KillMatrix } from '../guarantee/prove/judge.ts'
import { runTrials } from '../jest/prove.ts'
import type { Trial } from '../jest/prove.ts'
import type { RunDirectory } from '../run/run-directory.ts'

export interface ProveOptions {
  /** Only these defects, by name or by the path of a file; then nothing is said of guarantees without a defect. */
  readonly defects: readonly string[]
  /** Every defect against every guarantee, instead of those that it names. */
  readonly isFull: boolean
  readonly workers: number
  readonly signal: AbortSignal
}

/**
 * Proves that a package's tests can fail: the reference keeps every L3 guarantee, each defect breaks those that it names.
 *
 * @throws HarnessError when there is nothing to prove, or a defect is no proper one
 */
export async function provePackage(
  owner: ServicePackage,
  directory: RunDirectory,
  options: ProveOptions,
): Promise<KillMatrix> {
  const contract = await loadContract(owner)
  const { tested } = findTested(owner.directory, 'l3')
  const guarantees = tested.map(({ id }) => id).filter((id) => contract.guarantees[id]?.level === 'L3')
  if (guarantees.length === 0) throw new HarnessError(`proving ${owner.name}: it has no L3 test of a guarantee`)
  const defects = await chosenDefects(owner, options.defects, contract)
  if (defects.length === 0)
    throw new HarnessError(`proving ${owner.name}: it has no defects`, {
      remedy: 'Put one a file into its folder defects/.',
    })
  const charges = defects.map(({ defect }): Charge => {
    const breaks = defect.breaks === 'all' ? guarantees : defect.breaks
    const control = options.isFull && !breaks.includes(contract.control ?? '') ? contract.control : undefined
    return { label: defect.name, breaks, control, isCanary: defect.breaks === 'all' }
  })
  const trials: Trial[] = [
    { label: 'reference', adapterFile: join(owner.directory, 'src/reference/adapter.ts'), guarantees },
    ...defects.map(({ defect, file }, index) => ({
      label: defect.name,
      adapterFile: file,
      guarantees: options.isFull ? guarantees : (charges[index] as Charge).breaks,
    })),
  ]
  const outcomes = await runTrials(owner.directory, tested, trials, directory, options)
  return judge(contract, guarantees, charges, outcomes, options.defects.length === 0)
}

async function chosenDefects(
  { name, directory }: ServicePackage,
  wanted: readonly string[],
  contract: Awaited<ReturnType<typeof loadContract>>,
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
