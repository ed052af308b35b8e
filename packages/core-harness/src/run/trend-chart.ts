const BARS = '▁▂▃▄▅▆▇█'

/** Values as a line of bars, from the least to the greatest. */
export function sparkline(values: readonly number[]): string {
  const [least, greatest] = rangeOf(values)
  const span = greatest - least
  return values
    .map(
      (value) => BARS[span === 0 ? 3 : Math.min(BARS.length - 1, Math.floor(((value - least) / span) * BARS.length))],
    )
    .join('')
}

/**
 * Draws values over their index: a point for each, a bar where the series changed, and figures at the side. More values
 * than columns share a column, which shows their mean.
 *
 * @param changes indices before which the series changed
 * @returns lines
 */
export function drawChart(
  values: readonly number[],
  {
    changes = [],
    columns = 72,
    rows = 10,
    label = String,
  }: {
    readonly changes?: readonly number[]
    readonly columns?: number
    readonly rows?: number
    readonly label?: (value: number) => string
  } = {},
): string[] {
  if (values.length === 0) return []
  const perColumn = Math.ceil(values.length / columns)
  const drawn = Array.from({ length: Math.ceil(values.length / perColumn) }, (_, column) => {
    const shared = values.slice(column * perColumn, (column + 1) * perColumn)
    return shared.reduce((sum, value) => sum + value, 0) / shared.length
  })
  const changed = new Set(changes.map((index) => Math.floor(index / perColumn)))
  const [least, greatest] = rangeOf(drawn)
  const span = greatest - least || 1
  const rowOf = (value: number) => Math.round(((greatest - value) / span) * (rows - 1))
  const labels = Array.from({ length: rows }, (_, row) => label(greatest - (span * row) / (rows - 1)))
  const width = Math.max(...labels.map((text) => text.length))
  return labels.map((text, row) => {
    const line = drawn.map((value, column) => (rowOf(value) === row ? '●' : changed.has(column) ? '│' : ' ')).join('')
    return `${text.padStart(width)} ┤${line}`.trimEnd()
  })
}

function rangeOf(values: readonly number[]): [least: number, greatest: number] {
  return values.reduce(
    ([least, greatest], value) => [Math.min(least, value), Math.max(greatest, value)],
    [Infinity, -Infinity],
  )
}
