import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { readNotes } from '../guarantee/notes.ts'
import type { Note } from '../guarantee/notes.ts'
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
 * Runs a package's tests of one level once for each trial, in one Jest process: the trials share its workers and the running
 * servers. At L4 they run one after the other, because each would be measured with its neighbour, and in quick mode.
 *
 * @param workers Jest workers at L3; tests wait more than they compute, so there may be more than cores
 * @returns an outcome for each guarantee, and for each objective that was judged
 */
export async function runTrials(
  level: 'l3' | 'l4',
  packageDirectory: string,
  tested: readonly TestedGuarantee[],
  trials: readonly Trial[],
  directory: RunDirectory,
  options: { readonly workers: number; readonly signal: AbortSignal },
): Promise<Outcome[]> {
  const filesOf = (guarantees: readonly string[]): string[] => [
    ...new Set(tested.filter(({ id }) => guarantees.includes(id)).map(({ file }) => file)),
  ]
  const output = join(directory.path, `outcomes-${level}.json`)
  const notesDirectory = directory.notesDirectory(`prove-${level}`)
  const configuration = {
    reporters: [[REPORTER, { output }]],
    projects: trials.map(({ label, adapterFile, guarantees }) => ({
      ...withoutGlobalOptions(preset(level)),
      rootDir: packageDirectory,
      displayName: { name: label, color: 'white' },
      testMatch: filesOf(guarantees),
      globals: {
        harness: { adapter: adapterFile, only: guarantees, label, notesDirectory, runDirectory: directory.path },
      },
    })),
  }
  const file = join(directory.path, `jest-${level}.config.json`)
  writeFileSync(file, JSON.stringify(configuration))
  const workers = level === 'l3' ? options.workers : 1
  await runJest(['--config', file, '--rootDir', packageDirectory, '--maxWorkers', String(workers)], {
    signal: options.signal,
    ...(level === 'l4' ? { environment: { HARNESS_QUICK: '1' } } : {}),
  })
  const { outcomes, fileFailures } = JSON.parse(readFileSync(output, 'utf8')) as Collected
  return [
    ...outcomes,
    ...readNotes(notesDirectory).flatMap(outcomesOfObjectives),
    ...fileFailures.flatMap((failure) => unheard(failure, tested, trials, outcomes)),
  ]
}

/** A measurement that says nothing breaks no objective. */
function outcomesOfObjectives({ label = '', load }: Note): Outcome[] {
  const statuses = { pass: 'passed', warn: 'passed', fail: 'failed', invalid: 'invalid', 'no-data': 'broken' } as const
  return (load?.objectives ?? []).map(({ id, verdict, explanation }) => ({
    label,
    guarantee: id,
    status: statuses[verdict],
    durationMs: 0,
    ...(verdict === 'pass' ? {} : { failure: explanation }),
  }))
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
