import type { RunRecord } from '../run/record.ts'
import { guaranteesOf } from './breakdown.ts'
import { counted, dollars } from './format-value.ts'
import { revenueOf } from './revenue.ts'

/** What a run came to, for somebody who has not read the suites. */
export interface Headline {
  /** The worst of it and the money: `3 of 12 objectives miss their critical threshold; $33,000 a month at risk`. */
  readonly lead: string
  /** What else is wrong, the worst first. */
  readonly more: readonly string[]
}

export function headlineOf(record: RunRecord): Headline {
  const judged = guaranteesOf(record).filter(({ status }) => status !== 'not-offered')
  const { protectedUsd, atRiskUsd } = revenueOf(judged)
  const [worst, ...more] = problemsOf(record)
  if (worst !== undefined)
    return { lead: join(worst, atRiskUsd > 0 ? `${dollars(atRiskUsd)} a month at risk` : ''), more }
  if (judged.length === 0) return { lead: withoutGuarantees(record), more }
  const kept = judged.length === 1 ? 'The guarantee holds' : `All ${counted(judged.length, 'guarantee')} hold`
  const objectives = judged.flatMap(({ load }) => load?.objectives ?? [])
  const degraded = objectives.filter(({ verdict }) => verdict === 'warn').length
  const lead = join(
    kept,
    degraded > 0 ? `${degraded} of ${counted(objectives.length, 'objective')} ${are(degraded)} degraded` : '',
    protectedUsd > 0 ? `${dollars(protectedUsd)} a month protected` : '',
  )
  return { lead, more }
}

/** The same in one sentence. */
export function headline(record: RunRecord): string {
  const { lead, more } = headlineOf(record)
  return join(lead, ...more)
}

function join(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('; ')
}

function problemsOf(record: RunRecord): string[] {
  const judged = guaranteesOf(record).filter(({ status }) => status !== 'not-offered')
  const objectives = judged.flatMap(({ load }) => load?.objectives ?? [])
  const missed = objectives.filter(({ verdict }) => verdict === 'fail').length
  const otherwiseBroken = judged.filter(
    ({ status, load }) => status === 'failed' && !load?.objectives.some(({ verdict }) => verdict === 'fail'),
  ).length
  const withStatus = (wanted: string): number => judged.filter(({ status }) => status === wanted).length
  const invalid = withStatus('invalid')
  const absent = withStatus('no-data')
  const tests = record.parts.reduce((sum, { otherTests }) => sum + otherTests.failed, 0)
  const all = Object.values(record.killMatrices).flatMap((matrix) => matrix.findings)
  const unjudged = all.filter(({ kind }) => kind === 'unjudged').length
  const findings = all.length - unjudged
  const ofAll = (count: number): string => `${count} of ${counted(judged.length, 'guarantee')}`
  return [
    missed > 0
      ? `${missed} of ${counted(objectives.length, 'objective')} ${missed === 1 ? 'misses its' : 'miss their'} critical threshold`
      : '',
    otherwiseBroken > 0
      ? `${missed > 0 ? counted(otherwiseBroken, 'more guarantee') : ofAll(otherwiseBroken)} ${are(otherwiseBroken)} broken`
      : '',
    invalid > 0 ? `${ofAll(invalid)} could not be judged, because the measurement was not good enough` : '',
    absent > 0 ? `${ofAll(absent)} brought no data` : '',
    tests > 0 ? `${counted(tests, 'test')} that ${are(tests)} no guarantee failed` : '',
    findings > 0 ? `prove found ${counted(findings, 'fault')} in the tests` : '',
    unjudged > 0
      ? `${counted(unjudged, 'check')} of prove could not be judged: the measurement was not good enough`
      : '',
  ].filter((text) => text !== '')
}

function withoutGuarantees({ parts, killMatrices }: RunRecord): string {
  const defects = Object.values(killMatrices).reduce((sum, { charges }) => sum + charges.length, 0)
  if (defects > 0) return `All ${counted(defects, 'defect')} were killed`
  const tests = parts.reduce((sum, { otherTests }) => sum + otherTests.passed, 0)
  return tests > 0 ? `All ${counted(tests, 'test')} passed` : 'Nothing was measured'
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are'
}
