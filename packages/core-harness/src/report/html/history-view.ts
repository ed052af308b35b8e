import { firstMarked, operationOf } from '../../history/history-evidence.ts'
import type { CheckEvidence, HistoryEvidence } from '../../history/history-evidence.ts'
import { excerptOf } from '../../history/excerpt.ts'
import { secondsText } from '../../history/operation-text.ts'
import type { FaultMark, History, Operation } from '../../history/operation.ts'
import { number } from '../../objective/figure.ts'
import { counted } from '../format-value.ts'
import { plain, plainLine, plainUpTo } from '../plain-text.ts'
import { operationColumns } from './operation-columns.ts'
import type { CheckView, HistoryView } from './page-data.ts'

const MOST_ANOMALIES = 20
const LONGEST_EXPLANATION = 1_000

/**
 * What is drawn of a history.
 *
 * @param history undefined when its file cannot be read: then its counter-examples are drawn, which the record holds
 * @param atMost operations that are drawn
 */
export function historyView(evidence: HistoryEvidence, history: History | undefined, atMost: number): HistoryView {
  const marked = [...firstMarked(evidence), ...evidence.results.flatMap(markedOf)]
  const { operations, note } = history ? excerptOf(history.operations, marked, atMost) : fromRecord(evidence)
  const columns = operationColumns(operations)
  const place = new Map(operations.map((one, position) => [one.index, position]))
  const all = history?.operations ?? operations
  const endNs = lastNs(all)
  return {
    name: plainLine(evidence.name),
    facts: [
      { name: 'operations', value: number(evidence.operations) },
      { name: 'processes', value: number(new Set(all.map(({ process }) => process)).size) },
      { name: 'length', value: `${secondsText(endNs)} s` },
      { name: 'seed', value: evidence.seed === null ? 'none' : String(evidence.seed) },
      { name: 'began', value: history ? plainLine(history.startedAt) : 'unknown' },
      { name: 'file', value: plainLine(evidence.file) },
    ],
    note,
    results: evidence.results.map((result) => checkView(result, place)),
    operations: columns,
    faults: (history?.faults ?? []).map((fault) => faultOf(fault, columns, endNs)),
  }
}

function markedOf({ anomalies }: CheckEvidence): readonly number[] {
  return anomalies.slice(0, MOST_ANOMALIES).flatMap(({ operations }) => operations)
}

function fromRecord({ file, operations: total, results }: HistoryEvidence): {
  operations: readonly Operation[]
  note: string
} {
  const known = new Map(
    results.flatMap(({ counterexample = [] }) => counterexample).map((one) => [one.index, operationOf(one)]),
  )
  const operations = [...known.values()].sort((a, b) => a.index - b.index)
  const what = operations.length === 0 ? 'Nothing is drawn' : 'Only the counter-example is drawn'
  return {
    operations,
    note: `${what} of ${counted(total, 'operation')}: ${plainLine(file)} is not beside the record, or cannot be read.`,
  }
}

function lastNs(operations: readonly Operation[]): number {
  return operations.reduce(
    (last, { invokedNs, completedNs }) => Math.max(last, Number.isFinite(completedNs) ? completedNs : invokedNs),
    0,
  )
}

function checkView(
  { checker, verdict, why = '', counts, anomalies, again }: CheckEvidence,
  place: ReadonlyMap<number, number>,
): CheckView {
  const more = anomalies.length - MOST_ANOMALIES
  return {
    checker: plainLine(checker),
    verdict,
    why: plainLine(why),
    counts: Object.entries(counts).map(([name, count]) => ({ name: plainLine(name), value: number(count) })),
    anomalies: anomalies.slice(0, MOST_ANOMALIES).map(({ kind, explanation, operations }) => ({
      kind: plainLine(kind),
      explanation: plainUpTo(plainLine(explanation), LONGEST_EXPLANATION),
      operations: operations.flatMap((index) => place.get(index) ?? []),
    })),
    more: more > 0 ? `${counted(more, 'more anomaly', 'more anomalies')} in run.json.` : '',
    again: plain(again),
  }
}

function faultOf({ kind, target, fromNs, toNs }: FaultMark, columns: HistoryView['operations'], endNs: number) {
  const { originNs, unitNs } = columns
  return {
    name: plainLine(`${kind} ${target}`),
    from: (fromNs - originNs) / unitNs,
    to: ((Number.isFinite(toNs) ? toNs : endNs) - originNs) / unitNs,
  }
}
