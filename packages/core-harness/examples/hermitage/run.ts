/**
 * Which anomalies PostgreSQL allows at which isolation level, shown on a real server. With the name of an anomaly it tells step by
 * step what happens at each level.
 */
import { join } from 'node:path'

import { EnvironmentClient } from '../../src/environment/index.ts'
import { LEVELS, ITEMS } from './script.ts'
import { SCRIPTS } from './scripts.ts'
import { Stage } from './stage.ts'
import { anomalyTable, phenomenaTable, playAll, verdictTable } from './tables.ts'
import { WORKLOAD_TABLES, judgeLevel } from './workloads.ts'
import type { Judged } from './workloads.ts'

const USAGE = `Usage: node packages/core-harness/examples/hermitage/run.ts [ANOMALY]

  ANOMALY   one of ${SCRIPTS.map(({ name }) => name).join(', ')}
`
const SEED = 1
const FOLDER = join('.proving-ground', 'hermitage')

const [name] = process.argv.slice(2)
const script = SCRIPTS.find((one) => one.name === name)
if (name !== undefined && script === undefined) {
  process.stderr.write(USAGE)
  process.exit(name === '--help' ? 0 : 2)
}
const environment = await EnvironmentClient.connect()
try {
  const { url, version, provider } = await environment.lease('postgres', { migrations: [ITEMS, ...WORKLOAD_TABLES] })
  print(`PostgreSQL ${version} (${provider})`)
  const stage = await Stage.open(url)
  try {
    const results = await playAll(stage, script ? [script] : SCRIPTS)
    if (script) print(`${script.name}, ${script.title}. ${script.story}`)
    if (script)
      for (const level of LEVELS) {
        const { happened, transcript } = results.get(script.name)?.[level] ?? { happened: false, transcript: [] }
        print(`${level}: ${happened ? 'possible' : 'prevented'}\n${transcript.map((line) => `  ${line}`).join('\n')}`)
      }
    else print(`${anomalyTable(results)}\n\n${phenomenaTable(results)}`)
  } finally {
    await stage.close()
  }
  if (!script) await runWorkloads(url)
} finally {
  environment.close()
}

async function runWorkloads(url: string): Promise<void> {
  const judged: Judged[] = []
  for (const level of LEVELS.slice(1)) judged.push(...(await judgeLevel(url, level, FOLDER, SEED)))
  print(verdictTable(judged))
  for (const { workload, model, verdict, file, result, refused } of judged) {
    if (model !== 'serializable' && workload !== 'bank') continue // The strictest model: it tells of what the others do, too.
    const [first] = result.anomalies
    const found = verdict === 'invalid' ? `\n  ${first?.kind}: ${first?.explanation}` : ''
    print(`${file}: ${refused} transactions were refused${found}`)
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n\n`)
}
