import { describeCommit, describeMachine } from '../run/machine.ts'
import { verdictOf } from '../run/record.ts'
import type { RunRecord } from '../run/record.ts'
import type { RunDirectory } from '../run/run-directory.ts'
import { toJunit } from './junit.ts'

/** Joins the parts of a run into its record, and writes the record and its JUnit form. */
export function finishRun(
  directory: RunDirectory,
  {
    startedAt,
    command,
    mode = 'full',
  }: { readonly startedAt: Date; readonly command: string; readonly mode?: RunRecord['mode'] },
): RunRecord {
  const parts = directory.readParts()
  const killMatrices = directory.readMatrices()
  const record: RunRecord = {
    format: 'proving-ground/run/1',
    id: directory.id,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    command,
    mode,
    commit: describeCommit(),
    machine: describeMachine(),
    parts,
    killMatrices,
    verdict: verdictOf(parts, killMatrices),
  }
  directory.write('run.json', `${JSON.stringify(record, null, 2)}\n`)
  directory.write('junit.xml', toJunit(record))
  return record
}
