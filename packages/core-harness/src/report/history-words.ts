import { firstMarked, isSuspect, operationOf } from '../history/history-evidence.ts'
import type { FaultEvidence, HistoryEvidence } from '../history/history-evidence.ts'
import { secondsText } from '../history/operation-text.ts'
import { timelineText } from '../history/timeline-text.ts'
import type { GuaranteeResult } from '../run/record.ts'
import { plainLine } from './plain-text.ts'

const NS_PER_MS = 1e6

/**
 * Why a guarantee is not kept. Where histories tell it, that is the first paragraph: what follows is a drawing and commands,
 * which each report makes in its own way.
 */
export function reasonOf({ reason = '', histories = [] }: GuaranteeResult): string {
  return histories.some(isSuspect) ? (reason.split('\n\n')[0] ?? '') : reason
}

/** The commands that judge a history again, of those checkers that were not content with it. */
export function judgeAgain({ results }: HistoryEvidence): string[] {
  return results.filter(({ verdict }) => verdict !== 'valid').map(({ again }) => plainLine(again))
}

/** The first counter-example of a history as a drawing; nothing when there is none. */
export function counterexampleText(history: HistoryEvidence): string[] {
  const found = history.results.find(({ counterexample = [] }) => counterexample.length > 0)
  if (found?.counterexample === undefined) return []
  const marked = firstMarked({ ...history, results: [found] })
  return timelineText(found.counterexample.map(operationOf), { marked }).split('\n')
}

/** `11.995 s to 12.020 s after the test began, touched 3`. */
export function faultText({ fromMs, toMs, touched }: FaultEvidence): string {
  const what = touched === undefined ? '' : `, touched ${touched}`
  return `${secondsText(fromMs * NS_PER_MS)} s to ${secondsText(toMs * NS_PER_MS)} s after the test began${what}`
}
