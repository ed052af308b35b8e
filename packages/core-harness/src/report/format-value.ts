import { figureOf } from '../objective/figure.ts'
import type { Objective, Unit } from '../objective/objective.ts'
import type { ObjectiveResult } from '../objective/verdict.ts'

const SIGNS = { '<': '<', '<=': '≤', '>': '>', '>=': '≥' } as const

/** A value in its unit, and words where there is none. */
export function formatValue(value: ObjectiveResult['value'], unit: Unit): string {
  if (value === null) return 'none'
  return value === 'unbounded' ? 'never answered' : figureOf(value, unit)
}

/** `< 10 ms`. */
export function formatThreshold({ comparison }: Pick<Objective, 'comparison'>, threshold: number, unit: Unit): string {
  return `${SIGNS[comparison]} ${formatValue(threshold, unit)}`
}

/** The three thresholds of an objective; one that is left out is as the one before it. */
export function thresholdsOf({ baseline, warning = baseline, critical = warning }: Objective) {
  return { baseline, warning, critical }
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
