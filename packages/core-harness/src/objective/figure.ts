import type { Metric, Unit } from './objective.ts'

const BINARY_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

/** Up to five digits that count, so that what is just over a threshold does not look like it; and thousands apart. */
export function number(value: number): string {
  return value.toLocaleString('en', Math.abs(value) >= 10_000 ? { maximumFractionDigits: 0 } : FIVE_DIGITS)
}

const FIVE_DIGITS = { maximumSignificantDigits: 5 } as const

/** A value in its unit: `9.412 ms`, `99.95 %`, `1.5 GiB`, `1,204/s`. */
export function figureOf(value: number, unit: Unit): string {
  switch (unit) {
    case 'ms':
      return Math.abs(value) >= 10_000 ? `${number(value / 1_000)} s` : `${number(value)} ms`
    case 's':
      return `${number(value)} s`
    case 'share':
      // Not by digits that count: 99.9996 % is no 100 %.
      return `${(100 * value).toLocaleString('en', { maximumFractionDigits: 4 })} %`
    case 'per-second':
      return `${number(value)}/s`
    case 'count':
      return number(value)
    case 'bytes':
      return bytes(value)
    case 'cores':
      return `${number(value)} cores`
  }
}

function bytes(value: number): string {
  const step = Math.min(BINARY_UNITS.length - 1, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10))
  return `${number(value / 1024 ** step)} ${BINARY_UNITS[step]}`
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
