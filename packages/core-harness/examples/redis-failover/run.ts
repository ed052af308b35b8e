/**
 * Whether a register on Redis is linearizable: yes as long as nothing fails; no when the primary is killed and a replica is
 * promoted that lacks what was acknowledged.
 */
import { join } from 'node:path'

import { EnvironmentClient } from '../../src/environment/index.ts'
import { timelineText } from '../../src/history/timeline-text.ts'
import { judgeRegister } from './register.ts'

const FOLDER = join('.proving-ground', 'redis-failover')
const SEED = Number(process.argv[2] ?? 1)
if (!Number.isSafeInteger(SEED)) {
  process.stderr.write('Usage: node packages/core-harness/examples/redis-failover/run.ts [SEED]\n')
  process.exit(2)
}

const environment = await EnvironmentClient.connect()
try {
  for (const fails of [false, true]) {
    const { file, history, result } = await judgeRegister(environment, { fails, folder: FOLDER, seed: SEED })
    const { operations, faults } = history
    const what = fails ? 'primary killed, replica promoted' : 'without faults'
    print(`${what}: ${result.verdict} (${operations.length} operations, ${result.counts.observations} reads)`)
    print(`npx harness check ${file} --checker linearizable --option model=register`)
    const [anomaly] = result.anomalies
    if (anomaly)
      print(
        `${anomaly.kind}: ${anomaly.explanation}\n\n` +
          timelineText(result.counterexample ?? [], { marked: anomaly.operations, faults }),
      )
  }
} finally {
  environment.close()
}

function print(text: string): void {
  process.stdout.write(`${text}\n\n`)
}
