import { readFileSync } from 'node:fs'

import { HarnessError, messageOf } from '../environment/errors.ts'
import type { Segment } from '../segment.ts'
import { objectiveProblem } from './check.ts'
import type { Objective } from './objective.ts'
import { readIndicator } from './openslo-indicator.ts'
import type { Indicator } from './openslo-indicator.ts'
import { YamlValue } from './positioned-yaml.ts'

const SEGMENTS: readonly Segment[] = ['Free', 'Early', 'Mid', 'Enterprise', 'All']
const OPERATORS = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const
const LEVELS = ['baseline', 'warning', 'critical'] as const

/**
 * Reads the objectives of an OpenSLO file (v1, kinds SLO, SLI and DataSource; others are passed over).
 *
 * @returns by name: that of the SLO, and with several objectives the number of each behind it
 * @throws HarnessError with file, line, column and reason
 */
export function readOpenSlo(file: string): Record<string, Objective> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new HarnessError(`reading objectives from ${file}: ${messageOf(error)}`, { cause: error })
  }
  return parseOpenSlo(text, file)
}

/** @param file how messages call it */
export function parseOpenSlo(text: string, file: string): Record<string, Objective> {
  const documents = YamlValue.read(text, file)
  const objectives: Record<string, Objective> = {}
  for (const document of documents) document.at('apiVersion').oneOf(['openslo/v1'])
  for (const slo of documents.filter((one) => one.at('kind').text === 'SLO')) {
    for (const [name, objective] of objectivesOf(slo, documents)) {
      if (Object.hasOwn(objectives, name))
        slo.at('metadata').at('name').fail(`there are two objectives named "${name}"`)
      objectives[name] = objective
    }
  }
  if (Object.keys(objectives).length === 0)
    throw new HarnessError(`reading objectives from ${file}: there is no SLO in it`, {
      remedy: 'docs/objectives.md has an example.',
    })
  return objectives
}

function objectivesOf(slo: YamlValue, documents: readonly YamlValue[]): [name: string, objective: Objective][] {
  const spec = slo.at('spec')
  const name = slo.at('metadata').at('name').text
  const indicator = readIndicator(spec, documents)
  const isSliced = readsSlices(spec)
  const declared = spec.at('objectives').items
  if (declared.length === 0) spec.at('objectives').fail('it is empty')
  const groups = isLadder(declared) ? [declared] : declared.map((one) => [one])
  return groups.map((group, index) => [
    groups.length === 1 ? name : `${name}-${index + 1}`,
    toObjective(slo, group, indicator, isSliced),
  ])
}

/** Objectives called baseline, warning and critical are the thresholds of one. */
function isLadder(declared: readonly YamlValue[]): boolean {
  const names = declared.map((one) => (one.at('displayName').exists ? one.at('displayName').text.toLowerCase() : ''))
  return declared.length > 1 && declared.length <= LEVELS.length && names.every((name, index) => name === LEVELS[index])
}

function readsSlices(spec: YamlValue): boolean {
  const method = spec.at('budgetingMethod')
  return method.exists && method.oneOf(['Occurrences', 'Timeslices']) === 'Timeslices'
}

function toObjective(slo: YamlValue, group: readonly YamlValue[], indicator: Indicator, isSliced: boolean): Objective {
  const [first] = group as [YamlValue]
  const terms = group.map((one) => termsOf(one, indicator, isSliced))
  const [{ threshold, comparison, metric }] = terms as [Terms]
  const odd = terms.findIndex(
    (one) => one.comparison !== comparison || JSON.stringify(one.metric) !== JSON.stringify(metric),
  )
  if (odd > 0) group[odd]?.fail('thresholds of one objective have the same op, and for a latency the same target')
  const objective: Objective = {
    ...annotationsOf(slo),
    metric,
    comparison,
    baseline: threshold,
    ...(terms[1] === undefined ? {} : { warning: terms[1].threshold }),
    ...(terms[2] === undefined ? {} : { critical: terms[2].threshold }),
    ...indicator.scope,
    ...(isSliced ? { windowSeconds: secondsOf(first.at('timeSliceWindow')) } : {}),
  }
  const problem = objectiveProblem(objective)
  return problem === undefined ? objective : first.fail(problem)
}

type Terms = Pick<Objective, 'metric' | 'comparison'> & { readonly threshold: number }

function termsOf(objective: YamlValue, indicator: Indicator, isSliced: boolean): Terms {
  if (objective.at('indicator').exists || objective.at('indicatorRef').exists || objective.at('compositeWeight').exists)
    objective.fail('composite SLOs are not read')
  // With slices it is the share within each of them that counts, and each of them is to be good.
  const share = isSliced ? shareOf(objective.at('timeSliceTarget')) : targetOf(objective)
  if (indicator.kind === 'ratio') {
    if (objective.at('op').exists || objective.at('value').exists)
      objective.fail('op and value belong to a thresholdMetric, and this is a ratioMetric')
    return { metric: indicator.metric, comparison: '>=', threshold: share }
  }
  const comparison = OPERATORS[objective.at('op').oneOf(['lt', 'lte', 'gt', 'gte'])]
  const isUpper = comparison.startsWith('<')
  // `share` of all keep to the threshold: from below it is the rest that does not.
  const percentile = Number((100 * (isUpper ? share : 1 - share)).toFixed(9))
  return { metric: { ...indicator.metric, percentile }, comparison, threshold: objective.at('value').number }
}

function targetOf(objective: YamlValue): number {
  const [target, percent] = [objective.at('target'), objective.at('targetPercent')]
  if (target.exists && percent.exists) objective.fail('it has target and targetPercent, and is to have one of them')
  if (target.exists) return shareOf(target)
  if (!percent.exists) objective.fail('it has neither target nor targetPercent')
  if (!(percent.number > 0 && percent.number <= 100)) percent.fail(`${percent.number} is not above 0 and up to 100`)
  return Number((percent.number / 100).toFixed(12))
}

function shareOf(value: YamlValue): number {
  const { number } = value
  return number > 0 && number <= 1 ? number : value.fail(`${number} is not above 0 and up to 1`)
}

const SECONDS = { s: 1, m: 60, h: 3_600 } as const

function secondsOf(value: YamlValue): number {
  const [, count, unit] = /^(\d+)([smh])$/.exec(value.text) ?? []
  if (count === undefined) value.fail(`"${value.text}" is no whole number of seconds, minutes or hours, like 10s`)
  return Number(count) * SECONDS[unit as keyof typeof SECONDS]
}

function annotationsOf(slo: YamlValue) {
  const metadata = slo.at('metadata')
  const annotation = (name: string) => metadata.at('annotations').at(`proving-ground/${name}`)
  const [description, displayName] = [slo.at('spec').at('description'), metadata.at('displayName')]
  const [segment, revenue] = [annotation('segment'), annotation('protected-monthly-revenue-usd')]
  const [recommendation, samples] = [annotation('recommendation'), annotation('minimum-samples')]
  return {
    statement: [description, displayName, metadata.at('name')].find((one) => one.exists)?.text.trim() ?? '',
    recommendation: recommendation.exists ? recommendation.text : 'See the runbook of this SLO.',
    ...(segment.exists ? { segment: segment.oneOf(SEGMENTS) } : {}),
    ...(revenue.exists ? { protectedMonthlyRevenueUsd: wholeNumber(revenue) } : {}),
    ...(samples.exists ? { minimumSamples: wholeNumber(samples) } : {}),
  }
}

/** Annotations are texts. */
function wholeNumber(value: YamlValue): number {
  return /^\d+$/.test(value.text) ? Number(value.text) : value.fail(`"${value.text}" is no whole number`)
}
