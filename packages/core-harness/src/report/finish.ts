import { describeCommit, describeMachine } from '../run/machine.ts'
import { verdictOf } from '../run/record.ts'
import type { RunRecord } from '../run/record.ts'
import type { RunDirectory } from '../run/run-directory.ts'
import { REPORT_FORMATS } from './formats.ts'
import { historiesIn } from './histories.ts'
import { keepInHistory } from './keep-in-history.ts'
import type { Trends } from './trends.ts'

/**
 * Joins the parts of a run into its record, and writes the record and its reports.
 *
 * @param options.trendsFor finds earlier values that the run may be compared with; by default it keeps the run for later
 *   ones too
 */
export function finishRun(
  directory: RunDirectory,
  {
    startedAt,
    command,
    mode = 'full',
    trendsFor = keepInHistory,
  }: {
    readonly startedAt: Date
    readonly command: string
    readonly mode?: RunRecord['mode']
    readonly trendsFor?: (record: RunRecord) => Trends
  },
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
  const trends = trendsFor(record)
  const histories = historiesIn(directory.path)
  for (const { file, write } of Object.values(REPORT_FORMATS)) directory.write(file, write(record, trends, histories))
  return record
}
