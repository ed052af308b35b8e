/**
 * Records the noise of a machine: `node bench/compare/record-noise.ts [runs]` runs the same thing over and over, and writes
 * what came out, run by run, into recorded-noise.json, which bench/compare.ts reads.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'

const runs = Number(process.argv[2] ?? 240)
const script = new URL('sample-run.ts', import.meta.url).pathname
const figures: Record<string, number>[] = []
const loads: number[] = []
for (let run = 0; run < runs; run++) {
  figures.push(JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' })) as Record<string, number>)
  loads.push(Number(loadavg()[0]))
}
const rounded = (value: number) => Number(value.toPrecision(4))
const series = Object.keys(figures[0] ?? {}).map(
  (metric) => [metric, figures.map((figure) => rounded(Number(figure[metric])))] as const,
)
const recorded = {
  what: 'an HTTP server and eight clients in one process, one second a run, one run after the other',
  cores: cpus().length,
  load: { least: Math.min(...loads), greatest: Math.max(...loads) },
  series: Object.fromEntries(series),
}
writeFileSync(new URL('recorded-noise.json', import.meta.url), `${JSON.stringify(recorded)}\n`)
