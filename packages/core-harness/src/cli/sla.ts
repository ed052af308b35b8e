import { join } from 'node:path'

import { SLA_CATEGORIES, isInCategory, slaCompliance } from '../report/sla.ts'
import { readRecord } from '../run/record-schema.ts'
import { UsageError, oneOf, readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { keptRun } from './kept-run.ts'

export const sla: Command = {
  usage: `Usage: harness sla [RUN] [--category l4-performance]

Prints whether a run met its service levels: each objective with its value, its thresholds
and its verdict, and the share of them that was met. RUN is the id of a run, or a folder with
a run.json; by default the latest run that holds the category.

  --category NAME   l4-performance (the default): objectives of L4; l3-integration: the
                    guarantees of L3; all: both

Exit codes: 0 all are met (degraded ones are met); 1 one is not, or nothing was measured;
2 wrong command line, or no such run.
`,
  async run(args) {
    const { values, positionals } = readArguments(
      'sla',
      args,
      { category: { type: 'string', default: 'l4-performance' } },
      { allowPositionals: true },
    )
    if (positionals.length > 1)
      throw new UsageError('harness sla: it takes one run', 'Give the id of one run, or a folder.')
    const category = oneOf('category', values.category, SLA_CATEGORIES)
    const directory = keptRun(positionals[0], (record) => isInCategory(record, category))
    const { lines, isMet } = slaCompliance(readRecord(join(directory.path, 'run.json')), category)
    process.stdout.write(`${lines.join('\n')}\n`)
    return isMet ? 0 : 1
  },
}
