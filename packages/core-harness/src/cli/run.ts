import { HarnessError } from '../environment/errors.ts'
import { CATEGORIES } from '../guarantee/contract.ts'
import type { Category } from '../guarantee/contract.ts'
import { servicePackage } from '../guarantee/packages.ts'
import { runMode } from '../guarantee/run-settings.ts'
import { summary } from '../report/console.ts'
import { finishRun } from '../report/finish.ts'
import { isGreen } from '../run/record.ts'
import { RunDirectory } from '../run/run-directory.ts'
import { oneOf, readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { interruption } from './interrupt.ts'
import { runTargets } from './run-targets.ts'

export const run: Command = {
  usage: `Usage: harness run [--level l3|l4]... [options] [package...]

Runs the suites of a level, of every package that has one or of those named. Prints each
guarantee as it comes out, then a table of all, and writes run.json, junit.xml, report.html
and others into .proving-ground/runs/<id>/.

  --level LEVEL        l3 (the default): one service on real dependencies;
                       l4: the stack under load, judged by its objectives. May be repeated
  --env ENV            where L4 runs: local starts a stack on this machine, staging uses the
                       deployed one that STAGING_<SERVICE>_URL names. By default the deployed
                       one where a URL is given
  --quick              less load, and shorter: for development
  --categories NAME... only guarantees of these: ${CATEGORIES.join(', ')}
  --real-llm           ask a real model where a suite can (OPENAI_BASE_URL, OPENAI_API_KEY)

ADAPTER chooses what is tested (ADAPTER=cache:bentocache, ADAPTER=./my-adapter.ts);
HARNESS_PROVIDER, REDIS_URL and the like choose on what.

Exit codes: 0 every verdict is pass or warn; 1 one is not, or nothing ran; 2 wrong command
line.
`,
  async run(args) {
    const { values, positionals } = readArguments(
      'run',
      args,
      {
        level: { type: 'string', multiple: true, default: ['l3'] },
        env: { type: 'string' },
        quick: { type: 'boolean', default: false },
        categories: { type: 'string', multiple: true, default: [] },
        'real-llm': { type: 'boolean', default: false },
      },
      { allowPositionals: true },
    )
    const levels = values.level.map((level) => oneOf('level', level, ['l3', 'l4']))
    const target = values.env === undefined ? undefined : oneOf('environment', values.env, ['local', 'staging'])
    const { categories, packages } = sortWords(values.categories, positionals)
    const projects = packages.map((name) => servicePackage(name).name)
    const environment = {
      ...(values.quick ? { HARNESS_QUICK: '1' } : {}),
      ...(values['real-llm'] ? { HARNESS_REAL_LLM: '1' } : {}),
      ...(target === undefined ? {} : { HARNESS_ENV: target }),
      ...(categories.length === 0 ? {} : { HARNESS_CATEGORIES: categories.join(',') }),
    }
    const { isQuick } = runMode({ ...process.env, ...environment })
    const signal = interruption()
    const startedAt = new Date()
    const directory = RunDirectory.create(startedAt)
    let code = 0
    // One level after the other: load is measured alone.
    for (const level of [...new Set(levels)].sort()) {
      const options = { ...(projects.length === 0 ? {} : { projects }), environment, signal }
      code = Math.max(code, await runTargets([level], directory, options))
      if (signal.aborted) throw new HarnessError('the run was interrupted', { exitCode: 130 })
    }
    const command = `harness run ${args.join(' ')}`.trim()
    const record = finishRun(directory, { startedAt, command, mode: isQuick ? 'quick' : 'full' })
    process.stdout.write(`\n${summary(record, directory.path)}\n`)
    return isGreen(record.verdict) ? code : 1
  },
}

/**
 * `--categories database websocket cache` takes all words that name a category; any other word is a package. A package that
 * is called like a category is chosen with Nx: `HARNESS_CATEGORIES=api npx nx run cache:l4`.
 */
function sortWords(
  given: readonly string[],
  words: readonly string[],
): { categories: readonly Category[]; packages: readonly string[] } {
  if (given.length === 0) return { categories: [], packages: words }
  const first = given.flatMap((list) => list.split(',')).map((name) => oneOf('category', name.trim(), CATEGORIES))
  const isCategory = (word: string): word is Category => CATEGORIES.some((category) => category === word)
  return {
    categories: [...new Set([...first, ...words.filter(isCategory)])],
    packages: words.filter((word) => !isCategory(word)),
  }
}
