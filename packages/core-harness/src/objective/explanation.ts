import { describeMetric, figureOf } from './figure.ts'
import type { Judgement } from './judge.ts'
import type { Objective } from './objective.ts'

const COUNT = new Intl.NumberFormat('en-US')

/** What was found, in one sentence: the value, the threshold that decided, and of how many samples. */
export function explain(objective: Objective, judgement: Judgement): string {
  if (judgement.invalid) return explainInvalid(judgement.invalid)
  if (judgement.verdict === 'no-data') return explainLack(objective, judgement)
  const { abortedAfterSeconds } = judgement
  if (abortedAfterSeconds === undefined)
    return `${found(objective, judgement)}, which ${decision(objective, judgement)}.`
  const end = `the critical threshold was missed for ${abortedAfterSeconds} seconds on end, which ended the workload`
  return judgement.measurement.value === undefined ? `${capital(end)}.` : `${found(objective, judgement)}, but ${end}.`
}

function explainInvalid({ name, problems }: NonNullable<Judgement['invalid']>): string {
  const reasons = problems.map((problem) => problem.found.replace(/\.$/, '')).join('; ')
  return `The measurement of the workload ${name} was not good enough to judge by: ${reasons}.`
}

function explainLack(objective: Objective, { measurement }: Judgement): string {
  const { lack, thinWindows, samples } = measurement
  const subject = subjectOf(objective)
  if (lack !== undefined) return `${subject} is not known: ${lack}.`
  const minimum = Math.max(1, objective.minimumSamples ?? 1)
  if (thinWindows)
    return `${subject} cannot be judged: ${thinWindows.thin} of ${thinWindows.all} windows of ${objective.windowSeconds} s have fewer than ${amount(minimum)}, and the emptiest has ${COUNT.format(samples)}.`
  if (samples === 0) return `${subject} is not known: there is no sample.`
  return `${subject} cannot be judged: there are only ${amount(samples)}, and it asks for ${COUNT.format(minimum)}.`
}

function found(objective: Objective, { measurement }: Judgement): string {
  const { value, unit, samples, worstWindowAtSecond } = measurement
  const where =
    worstWindowAtSecond === undefined
      ? ''
      : ` in the worst window of ${objective.windowSeconds} s (from second ${worstWindowAtSecond})`
  const figure = value === Infinity ? `unbounded (${unboundedReason(objective)})` : figureOf(Number(value), unit)
  return `${subjectOf(objective)} was ${figure}${where} over ${amount(samples)}`
}

function unboundedReason({ metric }: Objective): string {
  if (metric.kind === 'duration') return 'it ended early, or not every operation was answered'
  return 'so many operations were never answered'
}

function decision(objective: Objective, { met, missed, measurement }: Judgement): string {
  const threshold = ({ name, threshold }: NonNullable<Judgement['met']>) =>
    `the ${name}${name === 'baseline' ? '' : ' threshold'} of ${objective.comparison} ${figureOf(threshold, measurement.unit)}`
  if (met && missed) return `misses ${threshold(missed)} and meets ${threshold(met)}`
  return met ? `meets ${threshold(met)}` : `misses ${threshold(missed as NonNullable<typeof missed>)}`
}

function subjectOf({ metric, tag }: Objective): string {
  return `${describeMetric(metric)}${tag === undefined ? '' : ` of ${tag}`}`
}

function amount(samples: number): string {
  return `${COUNT.format(samples)} ${samples === 1 ? 'sample' : 'samples'}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
