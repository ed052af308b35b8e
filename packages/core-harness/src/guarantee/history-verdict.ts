import type { CheckResult } from '../history/checkers/checker.ts'
import type { History } from '../history/operation.ts'
import { timelineText } from '../history/timeline-text.ts'

const MOST_EXPLAINED = 3

/**
 * Why a history is not valid, for a person, in three paragraphs: the first anomalies in words; the operations that show the
 * first one; and the commands that judge the history, and run the test, again.
 */
export function explainVerdict(
  { name, operations, faults }: History,
  { checker, verdict, anomalies, why, counterexample }: CheckResult,
  commands: { readonly again: string; readonly reproduce: string },
): string {
  const count = operations.length.toLocaleString('en')
  const more = anomalies.length - MOST_EXPLAINED
  const words = [
    verdict === 'invalid'
      ? `the history ${name} of ${count} operations is invalid by ${checker}`
      : `the history ${name} of ${count} operations could not be judged by ${checker}`,
    ...(why === undefined ? [] : [`  ${why}`]),
    ...anomalies.slice(0, MOST_EXPLAINED).map(({ kind, explanation }) => `  ${kind}: ${explanation}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
  const marked = anomalies[0]?.operations ?? []
  const drawing = anomalies.length > 0 ? [timelineText(counterexample ?? operations, { marked, faults })] : []
  const again = [`  judge again: ${commands.again}`, `  run again:   ${commands.reproduce}`]
  return [words.join('\n'), ...drawing, again.join('\n')].join('\n\n')
}
