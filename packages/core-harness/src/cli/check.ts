import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { z } from 'zod'

import { HarnessError, messageOf } from '../environment/errors.ts'
import type { Checker } from '../history/checkers/checker.ts'
import { CHECKERS } from '../history/checkers/index.ts'
import { historyJsonSchema } from '../history/history-format.ts'
import { jepsenLines } from '../history/jepsen-export.ts'
import { readJepsen } from '../history/jepsen.ts'
import { readHistory } from '../history/read-history.ts'
import type { ReadHistory } from '../history/read-history.ts'
import { oneOf, readArguments, UsageError } from './arguments.ts'
import { checkText, checkersText, optionTexts } from './check-text.ts'
import type { Command } from './command.ts'

const EXIT_CODES = { valid: 0, invalid: 1, unknown: 2 } as const

export const check: Command = {
  usage: `Usage: harness check FILE... --checker NAME [--option KEY=VALUE]... [--key-first] [--json]
       harness check FILE --edn [--key-first]
       harness check --schema

Judges a history that was stored, again, and prints the verdict with its evidence. A FILE that
ends in .edn is a history of Jepsen; any other is one of ours (JSON Lines), with the shards that
it names. Without --checker it lists what there is.

  --checker NAME       what it is judged by
  --option KEY=VALUE   an option of the checker: total=100, model=register; VALUE is JSON, or text
  --key-first          values of the .edn file are [key value], as jepsen.independent makes them
  --json               the results as JSON, one line for each FILE
  --edn                print the history as Jepsen writes it, and judge nothing
  --schema             print the JSON Schema of a line of a history, and do nothing else

Exit codes: 0 valid; 1 invalid; 2 unknown, or a file or command line that cannot be read.
`,
  async run(args) {
    const { values, positionals } = readArguments(
      'check',
      args,
      {
        checker: { type: 'string' },
        option: { type: 'string', multiple: true, default: [] },
        'key-first': { type: 'boolean', default: false },
        json: { type: 'boolean' },
        edn: { type: 'boolean' },
        schema: { type: 'boolean' },
      },
      { allowPositionals: true },
    )
    if (values.schema) {
      process.stdout.write(`${JSON.stringify(historyJsonSchema(), null, 2)}\n`)
      return 0
    }
    if (positionals.length === 0)
      throw new UsageError(
        'harness check: it takes a FILE',
        `harness check --help says more.\n\n${checkersText(CHECKERS)}`,
      )
    const read = (file: string): ReadHistory => asExit2(() => readFile(file, values['key-first']))
    if (values.edn) {
      for (const file of positionals) await printLines(jepsenLines(read(file).history))
      return 0
    }
    const checker = checkerOf(values.checker)
    const options = optionsOf(checker, values.option)
    const exitCodes = positionals.map((file) => {
      const { history, notes } = read(file)
      const result = asExit2(() => checker.check(history.operations, options))
      const text = values.json
        ? JSON.stringify({ file, notes, ...result })
        : checkText(file, { history, notes }, result)
      process.stdout.write(`${text}\n`)
      return EXIT_CODES[result.verdict]
    })
    return exitCodes.includes(EXIT_CODES.invalid) ? EXIT_CODES.invalid : Math.max(...exitCodes)
  },
}

function checkerOf(given: string | undefined): Checker<unknown> {
  if (given === undefined)
    throw new UsageError('harness check: it takes --checker NAME', `There are:\n\n${checkersText(CHECKERS)}`)
  return CHECKERS[oneOf('checker', given, Object.keys(CHECKERS))] as Checker<unknown>
}

function optionsOf({ name, options }: Checker<unknown>, given: readonly string[]): unknown {
  const entries = given.map((text) => {
    const [, key, value] = /^([^=]+)=([^]*)$/.exec(text) ?? []
    if (key === undefined || value === undefined)
      throw new UsageError(`--option is ${JSON.stringify(text)}`, 'It is KEY=VALUE: --option total=100')
    return [key, jsonOrText(value)] as const
  })
  const known = optionTexts(options)
  for (const [key] of entries)
    oneOf(
      `option of ${name}`,
      key,
      known.map((option) => option.name),
    )
  const { success, data, error } = options.safeParse(Object.fromEntries(entries))
  if (success) return data
  const [first] = error.issues
  throw new UsageError(
    `--option ${z.core.toDotPath(first?.path ?? [])}: ${first?.message}`,
    `${name} takes:\n${known.map(({ name: option, text }) => `    ${option}  ${text}`).join('\n')}`,
  )
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function readFile(file: string, keyFirst: boolean): ReadHistory {
  if (!file.endsWith('.edn')) return readHistory(file)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new HarnessError(`reading ${file}: ${messageOf(error)}`, { cause: error })
  }
  return readJepsen(text, { name: file, keyFirst })
}

/** 1 is the verdict of a checker: what cannot be judged exits with another code. */
function asExit2<Result>(judge: () => Result): Result {
  try {
    return judge()
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
    const { message, remedy } = error
    throw new HarnessError(message, { ...(remedy !== undefined && { remedy }), cause: error, exitCode: 2 })
  }
}

async function printLines(lines: Iterable<string>): Promise<void> {
  for (const line of lines) if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
}
