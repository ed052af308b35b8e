import { join } from 'node:path'

import { HarnessError } from '../environment/errors.ts'
import { guaranteesOf } from '../report/breakdown.ts'
import { FORMAT_NAMES, REPORT_FORMATS } from '../report/formats.ts'
import { historiesIn } from '../report/histories.ts'
import { trendsOfKept } from '../report/keep-in-history.ts'
import { readRecord, recordJsonSchema } from '../run/record-schema.ts'
import type { RunRecord } from '../run/record.ts'
import { UsageError, oneOf, readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { keptRun } from './kept-run.ts'

export const report: Command = {
  usage: `Usage: harness report [RUN] [--include-l4] [--format html,json,markdown,junit]
       harness report --schema

Writes the reports of a run beside its run.json, and prints where they are: report.html for
people, benchmark.json for programs, summary.md for the summary of a CI step, junit.xml for
CI systems. RUN is the id of a run, or a folder with a run.json; the latest run by default.

  --include-l4     the run has to hold results of L4, by default the latest that does: fails
                   when there is none
  --format LIST    only these, separated by commas
  --schema         print the JSON Schema of run.json, and do nothing else

Exit codes: 0 the reports were written; 1 the run cannot be read, or has no L4 as it was
asked to; 2 wrong command line, or no such run.
`,
  async run(args) {
    const { values, positionals } = readArguments(
      'report',
      args,
      {
        'include-l4': { type: 'boolean', default: false },
        format: { type: 'string', default: FORMAT_NAMES.join(',') },
        schema: { type: 'boolean', default: false },
      },
      { allowPositionals: true },
    )
    if (positionals.length > 1)
      throw new UsageError('harness report: it takes one run', 'Give the id of one run, or a folder.')
    if (values.schema) {
      process.stdout.write(`${JSON.stringify(recordJsonSchema(), null, 2)}\n`)
      return 0
    }
    const formats = values.format.split(',').map((name) => oneOf('format', name.trim(), FORMAT_NAMES))
    const hasL4 = (record: RunRecord): boolean => guaranteesOf(record).some(({ level }) => level === 'L4')
    const directory = keptRun(positionals[0], values['include-l4'] ? hasL4 : undefined)
    const record = readRecord(join(directory.path, 'run.json'))
    if (values['include-l4'] && !hasL4(record))
      throw new HarnessError(`the run ${record.id} holds no results of L4`, {
        remedy: 'Run the load suites, and report that run: npx harness run --level l4',
      })
    const trends = trendsOfKept(record)
    const histories = historiesIn(directory.path)
    for (const name of formats) {
      const { file, write } = REPORT_FORMATS[name]
      directory.write(file, write(record, trends, histories))
      process.stdout.write(`${join(directory.path, file)}\n`)
    }
    return 0
  },
}
