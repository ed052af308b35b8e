import type { Metric, Unit } from './objective.ts'

const NUMBER = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 5 })
const BINARY_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

const UNIT_WORDS: Readonly<Record<Unit, string>> = {
  ms: ' ms',
  s: ' s',
  share: '',
  'per-second': '/s',
  count: '',
  bytes: '',
  cores: ' cores',
}

/** A value with its unit, to five digits: `12.3 ms`, `99.95 %`, `1.5 GiB`. */
export function figureOf(value: number, unit: Unit): string {
  if (unit === 'share') return `${NUMBER.format(value * 100)} %`
  if (unit === 'bytes') return binaryFigure(value)
  return `${NUMBER.format(value)}${UNIT_WORDS[unit]}`
}

function binaryFigure(bytes: number): string {
  const size = Math.abs(bytes)
  const power = size < 1 ? 0 : Math.min(BINARY_UNITS.length - 1, Math.floor(Math.log2(size) / 10))
  return `${NUMBER.format(bytes / 1024 ** power)} ${BINARY_UNITS[power]}`
}

/** A metric as a sentence begins with it: `The p99 response time`. */
export function describeMetric(metric: Metric): string {
  switch (metric.kind) {
    case 'latency':
      return `The p${metric.percentile} ${metric.clock} time`
    case 'measure':
      return `The p${metric.percentile} of ${metric.name}`
    case 'share':
      return `The share of ${metric.good.join(' and ')} among ${[...metric.good, ...metric.bad].join(', ')}`
    case 'success':
      return 'The share of operations that succeeded'
    case 'throughput':
      return 'The rate of completed operations'
    case 'duration':
      return 'The duration of the workload'
    case 'finding':
      return `The finding ${metric.name}`
    case 'resource':
      return metric.figure === 'growthPerMinute'
        ? `The growth of ${metric.metric} of ${metric.of} by minute`
        : `The ${metric.figure} of ${metric.metric} of ${metric.of}`
  }
}
