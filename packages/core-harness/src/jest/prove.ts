import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Outcome } from '../guarantee/prove/judge.ts'
import type { TestedGuarantee } from '../guarantee/tested.ts'
import type { RunDirectory } from '../run/run-directory.ts'
import type { Collected } from './collect-reporter.ts'
import { preset } from './preset.ts'
import { runJest } from './run-jest.ts'

const REPORTER = fileURLToPath(new URL('./collect-reporter.ts', import.meta.url))

/** One adapter and the guarantees whose tests it is put to. */
export interface Trial {
  readonly label: string
  readonly adapterFile: string
  readonly guarantees: readonly string[]
}

/**
 * Runs a package's L3 tests once for each trial, in one Jest process: the trials share its workers and the running servers.
 *
 * @param workers Jest workers; tests wait more than they compute, so there may be more than cores
 */
export async function runTrials(
  packageDirectory: string,
  tested: readonly TestedGuarantee[],
  trials: readonly Trial[],
  directory: RunDirectory,
  options: { readonly workers: number; readonly signal: AbortSignal },
): Promise<Outcome[]> {
  const filesOf = (guarantees: readonly string[]): string[] => [
    ...new Set(tested.filter(({ id }) => guarantees.includes(id)).map(({ file }) => file)),
  ]
  const output = join(directory.path, 'outcomes.json')
  const configuration = {
    reporters: [[REPORTER, { output }]],
    projects: trials.map(({ label, adapterFile, guarantees }) => ({
      ...withoutGlobalOptions(preset('l3')),
      rootDir: packageDirectory,
      displayName: { name: label, color: 'white' },
      testMatch: filesOf(guarantees),
      globals: { harness: { adapter: adapterFile, only: guarantees, label } },
    })),
  }
  const file = join(directory.path, 'jest.config.json')
  writeFileSync(file, JSON.stringify(configuration))
  await runJest(
    ['--config', file, '--rootDir', packageDirectory, '--maxWorkers', String(options.workers)],
    options.signal,
  )
  const { outcomes, fileFailures } = JSON.parse(readFileSync(output, 'utf8')) as Collected
  return [...outcomes, ...fileFailures.flatMap((failure) => unheard(failure, tested, trials, outcomes))]
}

/** A file that could not be run is no proof: its guarantees are broken, not failed. */
function unheard(
  { label, file, failure }: Collected['fileFailures'][number],
  tested: readonly TestedGuarantee[],
  trials: readonly Trial[],
  outcomes: readonly Outcome[],
): Outcome[] {
  const wanted = trials.find((trial) => trial.label === label)?.guarantees ?? []
  return tested
    .filter((test) => test.file === file && wanted.includes(test.id))
    .filter(({ id }) => !outcomes.some((one) => one.label === label && one.guarantee === id))
    .map(({ id }) => ({ label, guarantee: id, status: 'broken', durationMs: 0, failure }))
}

/** Jest takes these for a whole run only. */
function withoutGlobalOptions({ testTimeout: _timeout, ...rest }: ReturnType<typeof preset>): object {
  return rest
}
