import type { Metric, Objective } from './objective.ts'
import type { YamlValue } from './positioned-yaml.ts'

type Scope = Pick<Objective, 'workload' | 'tag'>

type Times =
  Omit<Extract<Metric, { kind: 'latency' }>, 'percentile'> | Omit<Extract<Metric, { kind: 'measure' }>, 'percentile'>

/** What an SLI measures, in the words of objectives. The percentile of a threshold is the target of the SLO. */
export type Indicator = { readonly scope: Scope } & (
  | { readonly kind: 'threshold'; readonly metric: Times }
  | { readonly kind: 'ratio'; readonly metric: Extract<Metric, { kind: 'share' | 'success' }> }
)

/** The indicator of an SLO: its own, or an SLI of the same file that it refers to. */
export function readIndicator(spec: YamlValue, documents: readonly YamlValue[]): Indicator {
  const [own, reference] = [spec.at('indicator'), spec.at('indicatorRef')]
  if (own.exists === reference.exists) spec.fail('it is to have either an indicator or an indicatorRef')
  const sli = own.exists ? own : named(reference, 'SLI', documents)
  const [threshold, ratio] = [sli.at('spec').at('thresholdMetric'), sli.at('spec').at('ratioMetric')]
  if (threshold.exists === ratio.exists) sli.fail('its spec is to have either a thresholdMetric or a ratioMetric')
  return threshold.exists ? readThreshold(threshold, documents) : readRatio(ratio, documents)
}

function named(reference: YamlValue, kind: string, documents: readonly YamlValue[]): YamlValue {
  const name = reference.text
  const found = documents.find((one) => one.at('kind').text === kind && one.at('metadata').at('name').text === name)
  return found ?? reference.fail(`there is no ${kind} named "${name}" in this file`)
}

function readThreshold(metric: YamlValue, documents: readonly YamlValue[]): Indicator {
  const source = readSource(metric, documents, ['latency', 'measure'])
  const { what, scope } = source
  if (what.field === 'measure') return { kind: 'threshold', metric: { kind: 'measure', name: what.value.text }, scope }
  return { kind: 'threshold', metric: { kind: 'latency', clock: what.value.oneOf(['response', 'service']) }, scope }
}

/** Good and bad counters, or good (or bad) and total, where the total is that of operations. */
function readRatio(ratio: YamlValue, documents: readonly YamlValue[]): Indicator {
  if (ratio.at('raw').exists) ratio.at('raw').fail('a ratio is read from good, bad and total, and not raw')
  const [good, bad, total] = ['good', 'bad', 'total'].map((name) => ratio.at(name)) as [YamlValue, YamlValue, YamlValue]
  if (good.exists === bad.exists) ratio.fail('it is to have either good or bad, beside total')
  const part = readSource(good.exists ? good : bad, documents, ['counter', 'operations'])
  const whole = readSource(total, documents, ['counters', 'operations'])
  if (part.what.field !== whole.what.field.replace(/^counters$/, 'counter'))
    total.fail('what is counted and its total are both counters, or both operations')
  if (JSON.stringify(part.scope) !== JSON.stringify(whole.scope)) total.fail('it has another workload or tag')
  if (part.what.field === 'operations') {
    part.what.value.oneOf([good.exists ? 'completed' : 'unanswered'])
    whole.what.value.oneOf(['planned'])
    return { kind: 'ratio', metric: { kind: 'success' }, scope: part.scope }
  }
  const name = part.what.value.text
  const all = whole.what.value.items.map(({ text }) => text)
  const rest = all.filter((one) => one !== name)
  if (!all.includes(name)) total.fail(`its counters are to hold "${name}"`)
  const [goods, bads] = good.exists ? [[name], rest] : [rest, [name]]
  return { kind: 'ratio', metric: { kind: 'share', good: goods, bad: bads }, scope: part.scope }
}

interface Source {
  readonly what: { readonly field: string; readonly value: YamlValue }
  readonly scope: Scope
}

function readSource(metric: YamlValue, documents: readonly YamlValue[], allowed: readonly string[]): Source {
  const source = metric.at('metricSource')
  const [type, reference, spec] = [source.at('type'), source.at('metricSourceRef'), source.at('spec')]
  const kind = !type.exists && reference.exists ? named(reference, 'DataSource', documents).at('spec').at('type') : type
  kind.oneOf(['proving-ground'])
  const fields = spec.exists ? spec.fields : metric.at('metricSource').fail('it has no spec')
  const given = fields.filter((field) => field !== 'workload' && field !== 'tag')
  const [field] = given
  if (field === undefined || given.length > 1 || !allowed.includes(field))
    return spec.fail(`beside workload and tag it has exactly one of ${allowed.join(', ')}`)
  const [workload, tag] = [spec.at('workload'), spec.at('tag')]
  const scope = {
    ...(workload.exists ? { workload: workload.text } : {}),
    ...(tag.exists ? { tag: tag.text } : {}),
  }
  return { what: { field, value: spec.at(field) }, scope }
}
