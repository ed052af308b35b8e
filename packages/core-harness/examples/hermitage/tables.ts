import { columns } from '../../src/cli/columns.ts'
import { LEVELS } from './script.ts'
import type { Level, Script } from './script.ts'
import { SCRIPTS } from './scripts.ts'
import type { Played, Stage } from './stage.ts'
import type { Judged } from './workloads.ts'

/** What each level made of each script, by the script's name. */
export type Results = ReadonlyMap<string, Readonly<Record<Level, Played>>>

export async function playAll(stage: Stage, scripts: readonly Script[] = SCRIPTS): Promise<Results> {
  const results = new Map<string, Readonly<Record<Level, Played>>>()
  for (const script of scripts) {
    const played: [Level, Played][] = []
    for (const level of LEVELS) played.push([level, await stage.play(script, level)])
    results.set(script.name, Object.fromEntries(played) as Record<Level, Played>)
  }
  return results
}

/** Anomaly by level: possible or prevented. */
export function anomalyTable(results: Results): string {
  const rows = SCRIPTS.filter(({ name }) => results.has(name)).map(({ name, title }) => [
    `${name} ${title}`,
    ...LEVELS.map((level) => (results.get(name)?.[level].happened ? 'possible' : 'prevented')),
  ])
  return columns([['anomaly', ...LEVELS], ...rows]).join('\n')
}

/** The phenomena of the SQL standard, each with the scripts that show it. */
const PHENOMENA: Readonly<Record<string, readonly string[]>> = {
  'dirty read': ['G1a', 'G1b', 'G1c'],
  'nonrepeatable read': ['P2'],
  'phantom read': ['PMP'],
  'serialization anomaly': ['P4', 'G-single', 'G2-item', 'G2'],
}

/** The table "Transaction Isolation Levels" of PostgreSQL's documentation (13.1), for what PostgreSQL itself does. */
export function phenomenaTable(results: Results): string {
  const rows = LEVELS.map((level) => [
    level,
    ...Object.values(PHENOMENA).map((names) => {
      return names.some((name) => results.get(name)?.[level].happened) ? 'possible' : 'not possible'
    }),
  ])
  return columns([['level', ...Object.keys(PHENOMENA)], ...rows]).join('\n')
}

/** What the checkers say of the histories that each level made. */
export function verdictTable(judged: readonly Judged[]): string {
  const rows = judged.map(({ workload, level, model, verdict, kinds }) => {
    return [workload, level, model, verdict, kinds.join(', ')]
  })
  return columns([['workload', 'run at', 'judged as', 'verdict', 'among what was found'], ...rows]).join('\n')
}
