import type { Objective, Unit } from '../objective/objective.ts'
import type { ObjectiveResult } from '../objective/verdict.ts'

const SIGNS = { '<': '<', '<=': '≤', '>': '>', '>=': '≥' } as const

/** Up to four digits that count, and thousands apart. */
export function number(value: number): string {
  return value.toLocaleString('en', Math.abs(value) >= 1_000 ? { maximumFractionDigits: 0 } : FOUR_DIGITS)
}

const FOUR_DIGITS = { maximumSignificantDigits: 4 } as const

/** A value in its unit: `9.41 ms`, `99.95 %`, `1,204/s`. */
export function formatValue(value: ObjectiveResult['value'], unit: Unit): string {
  if (value === null) return 'none'
  if (value === 'unbounded') return 'never answered'
  switch (unit) {
    case 'ms':
      return Math.abs(value) >= 10_000 ? `${number(value / 1_000)} s` : `${number(value)} ms`
    case 's':
      return `${number(value)} s`
    case 'share':
      // Not by digits that count: 99.996 % is no 100 %.
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

/** `< 10 ms`. */
export function formatThreshold({ comparison }: Pick<Objective, 'comparison'>, threshold: number, unit: Unit): string {
  return `${SIGNS[comparison]} ${formatValue(threshold, unit)}`
}

/** The three thresholds of an objective; one that is left out is as the one before it. */
export function thresholdsOf({ baseline, warning = baseline, critical = warning }: Objective) {
  return { baseline, warning, critical }
}

function bytes(value: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const step = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10))
  return `${number(value / 1024 ** step)} ${units[step]}`
}

/** Whole US dollars: `$33,000`. */
export function dollars(usd: number): string {
  return `$${Math.round(usd).toLocaleString('en')}`
}

export function percent(part: number, whole: number): string {
  if (whole === 0) return '–'
  // Rounded down: 999 of 1,000 are not 100 %.
  return `${(Math.floor((part / whole) * 1_000) / 10).toFixed(1)} %`
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`
}

/** `1 objective`, `3 objectives`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}
