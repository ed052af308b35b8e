import type { ResourceSeries } from '../../metrics/resource-series.ts'
import { duration, formatValue } from '../format-value.ts'
import { plainLine } from '../plain-text.ts'
import { rounded } from './objective-view.ts'
import type { ResourceView } from './page-data.ts'

const MOST_POINTS = 150
const MOST_LINES = 8

/** One for each figure, with a line for each that was watched for it. */
export function resourceViews(all: readonly ResourceSeries[]): ResourceView[] {
  const groups = Map.groupBy(all, ({ metric, unit }) => `${metric} ${unit}`)
  return [...groups.values()].map(resourceView)
}

/** Where there are more samples than a chart can show, the highest stands for its neighbours: a peak stays a peak. */
function resourceView(group: readonly ResourceSeries[]): ResourceView {
  const [{ metric, unit }] = group as [ResourceSeries]
  const lastMs = Math.max(0, ...group.map(({ samples }) => samples.at(-1)?.[0] ?? 0))
  const eachMs = Math.max(1_000, Math.ceil(lastMs / MOST_POINTS / 1_000) * 1_000)
  const { divisor, name } = scaleOf(unit, Math.max(...group.map(({ peak }) => peak)))
  const length = Math.floor(lastMs / eachMs) + 1
  return {
    metric: plainLine(metric),
    unit: name,
    x: Array.from({ length }, (_, index) => (index * eachMs) / 1_000),
    lines: group.slice(0, MOST_LINES).map(({ of, samples }) => {
      const values: (number | null)[] = Array.from({ length }, () => null)
      for (const [atMs, value] of samples) {
        const index = Math.floor(atMs / eachMs)
        values[index] = Math.max(values[index] ?? -Infinity, rounded(value / divisor))
      }
      return { of: plainLine(of), values }
    }),
    rows: group.map((one) => [
      plainLine(one.of),
      ...[one.start, one.mean, one.peak, one.end].map((value) => formatValue(value, unit)),
      `${one.growthPerMinute > 0 ? '+' : ''}${formatValue(one.growthPerMinute, unit)}/min`,
    ]),
    notes: group.flatMap(({ of, ended }) =>
      ended ? [plainLine(`${of} was watched for ${duration(ended.atMs)} only: ${ended.why}`)] : [],
    ),
  }
}

function scaleOf(unit: ResourceSeries['unit'], peak: number): { readonly divisor: number; readonly name: string } {
  if (unit === 'bytes') return peak >= 2 ** 30 ? { divisor: 2 ** 30, name: 'GiB' } : { divisor: 2 ** 20, name: 'MiB' }
  return { divisor: 1, name: { cores: 'cores', ms: 'ms', count: '', 'per-second': 'per second' }[unit] }
}
