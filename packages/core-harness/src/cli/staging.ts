import { HarnessError } from '../environment/errors.ts'
import { CancelledError } from '../environment/protocol.ts'
import { servicePackages } from '../guarantee/packages.ts'
import { composedInstances, composeDown, composeTokenFile, composeUp } from '../staging/compose.ts'
import { keepStaging, stagingTokenFile } from '../staging/keep.ts'
import { askKeeper } from '../staging/kept-staging.ts'
import { isService } from '../staging/service-declaration.ts'
import { UsageError, oneOf, readArguments } from './arguments.ts'
import { columns } from './columns.ts'
import type { Command } from './command.ts'
import { interruption } from './interrupt.ts'

const ACTIONS = ['up', 'status', 'down'] as const
const MOST_INSTANCES = 32

export const staging: Command = {
  usage: `Usage: harness staging up [service...] [--instances <n>] [--container]
       harness staging status [--json]
       harness staging down

up starts services (all when none is named) and their dependencies, and keeps them until down. It
prints their URLs, and the variables with which L4 suites run against them. Ctrl-C while they start
gives them up; nothing of them is left.

  --instances <n>  of each service; 2 when left out
  --container      in containers, by docker/compose.staging.yml, instead of local processes
  --json           status as a list: [{"service": …, "url": …, "processId": …}]

Suites start a staging of their own where none is named. docs/staging.md says how they run against
one that you deployed.

Exit codes: 0 done; 1 a service did not start; 2 wrong command line; 130 interrupted.`,
  async run(args) {
    const [action, ...rest] = args
    if (action === undefined)
      throw new UsageError('harness staging: what is to be done is missing', `There are: ${ACTIONS.join(', ')}.`)
    switch (oneOf('action', action, ACTIONS)) {
      case 'up':
        return await up(rest)
      case 'status':
        return await status(rest)
      case 'down':
        return await down(rest)
    }
  },
}

async function up(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'staging up',
    args,
    { instances: { type: 'string', default: '2' }, container: { type: 'boolean', default: false } },
    { allowPositionals: true },
  )
  const packages = servicePackages().filter(({ directory }) => isService(directory))
  const known = packages.map(({ name }) => name)
  const named = new Set(positionals.map((name) => oneOf('service', name, known)))
  const chosen = packages.filter(({ name }) => named.size === 0 || named.has(name))
  const instances = countOf(values.instances)
  const signal = interruption()
  const began = performance.now()
  try {
    const started = values.container
      ? await composeUp(
          chosen.map(({ name }) => name),
          instances,
          signal,
        )
      : await keepStaging(
          chosen.map(({ directory }) => directory),
          instances,
          signal,
        )
    const seconds = ((performance.now() - began) / 1_000).toFixed(1)
    process.stdout.write(`${describe(started)}\nup after ${seconds} s; harness staging down ends it\n\n`)
    process.stdout.write(exportsOf(started, values.container ? composeTokenFile() : stagingTokenFile()))
    if (values.container)
      process.stdout.write(`\nThey have to be on the list of targets: docs/staging.md says where it is.\n`)
    return 0
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error
    throw new HarnessError(error.message, { exitCode: 130 })
  }
}

async function status(args: readonly string[]): Promise<number> {
  const { values } = readArguments('staging status', args, { json: { type: 'boolean' } })
  const [kept, contained] = [await askKeeper('status'), await composedInstances()]
  const all = [...(kept ?? []), ...contained]
  const isNone = kept === undefined && contained.length === 0
  const text = values.json ? JSON.stringify(all, undefined, 2) : isNone ? 'no staging is kept' : describe(all)
  process.stdout.write(`${text}\n`)
  return 0
}

async function down(args: readonly string[]): Promise<number> {
  readArguments('staging down', args, {})
  const kept = await askKeeper('down')
  const hadContainers = await composeDown()
  const ended = [...(kept ? [`${kept.length} processes`] : []), ...(hadContainers ? ['the containers'] : [])]
  process.stdout.write(ended.length === 0 ? 'no staging is kept\n' : `ended ${ended.join(' and ')}\n`)
  return 0
}

interface Started {
  readonly service: string
  readonly url: string
  readonly processId?: number
}

function describe(started: readonly Started[]): string {
  if (started.length === 0) return 'it is being started'
  const rows = started.map(({ service, url, processId }) => [
    service,
    url,
    processId === undefined ? '' : `process ${processId}`,
  ])
  return columns(rows).join('\n')
}

/** For a shell. The token stays in its file: what is printed is kept in logs. */
function exportsOf(started: readonly Started[], tokenFile: string): string {
  const urls = Map.groupBy(started, ({ service }) => service)
  const lines = [...urls].map(([service, instances]) => {
    const variable = `STAGING_${service.toUpperCase().replaceAll('-', '_')}_URL`
    return `export ${variable}=${instances.map(({ url }) => url).join(',')}\n`
  })
  return `${lines.join('')}export STAGING_TOKEN="$(cat '${tokenFile.replaceAll("'", `'\\''`)}')"\n`
}

function countOf(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_INSTANCES) return Number(text)
  throw new UsageError(`harness staging up: --instances "${text}" is no count`, `It takes 1 to ${MOST_INSTANCES}.`)
}
