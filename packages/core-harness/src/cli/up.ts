import { EnvironmentClient } from '../environment/client.ts'
import { DEPENDENCY_NAMES } from '../environment/dependency.ts'
import type { DependencyName } from '../environment/dependency.ts'
import { HarnessError, messageOf } from '../environment/errors.ts'
import { CancelledError } from '../environment/protocol.ts'
import { oneOf, readArguments } from './arguments.ts'
import type { Command } from './command.ts'
import { interruption } from './interrupt.ts'

export const up: Command = {
  usage: `Usage: harness up [dependency...]

Starts the dependencies (${DEPENDENCY_NAMES.join(', ')}; all when none
is named), waits until each is healthy, and keeps them and the supervisor running until
harness down. Ctrl-C gives up those that are not healthy yet; nothing of them is left.

HARNESS_PROVIDER, HARNESS_PROVIDER_<NAME>, HARNESS_IMAGE_<NAME> and <NAME>_URL choose where they
come from; harness doctor says what that comes to.

Exit codes: 0 all are healthy; 1 one is not; 2 wrong command line; 130 interrupted.`,
  async run(args) {
    const { positionals } = readArguments('up', args, {}, { allowPositionals: true })
    const named = positionals.map((name) => oneOf('dependency', name, DEPENDENCY_NAMES))
    const names = named.length === 0 ? DEPENDENCY_NAMES : [...new Set(named)]
    const signal = interruption()
    const client = await EnvironmentClient.connect()
    try {
      const results = await Promise.all(names.map((name) => start(client, name, signal)))
      if (signal.aborted) return await interrupted(client)
      return results.every((isUp) => isUp) ? 0 : 1
    } finally {
      client.close()
    }
  },
}

/** Says how it went as soon as it is known; one that fails does not keep the others from coming up. */
async function start(client: EnvironmentClient, name: DependencyName, signal: AbortSignal): Promise<boolean> {
  const began = performance.now()
  try {
    await client.up(name, { signal })
    const { servers } = await client.status()
    const server = servers.findLast(({ dependency, isAlive }) => dependency === name && isAlive)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    process.stdout.write(
      `${name} is up after ${seconds} s: ${server?.provider} ${server?.version} ${server?.urls.join(' ')}\n`,
    )
    return true
  } catch (error) {
    if (error instanceof CancelledError) process.stdout.write(`${name} was given up\n`)
    else process.stderr.write(`harness: ${error instanceof HarnessError ? error.explain() : messageOf(error)}\n`)
    return false
  }
}

/** A supervisor that this command started and that has nothing to do goes too. */
async function interrupted(client: EnvironmentClient): Promise<number> {
  const { servers, pinned } = await client.status()
  if (client.startedSupervisor && !pinned && servers.length === 0) await client.down()
  const stay = servers.map(({ dependency }) => dependency).join(', ')
  throw new HarnessError('the command was interrupted', {
    exitCode: 130,
    ...(stay === '' ? {} : { remedy: `Up already: ${stay}. harness down ends that.` }),
  })
}
