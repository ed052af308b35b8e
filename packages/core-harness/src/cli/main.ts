import { readFileSync } from 'node:fs'

import { HarnessError } from '../environment/errors.ts'
import { oneOf } from './arguments.ts'
import type { CommandEntry } from './command.ts'
import { commands } from './commands.ts'

/** EX_SOFTWARE of sysexits.h: a defect of the harness, not a mistake of the user. */
const UNEXPECTED = 70

/**
 * Runs one command line.
 *
 * @param args without the program's name
 * @returns the exit code: 0 for success, 2 for a wrong command line, 70 for a defect of the harness
 */
export async function main(args: readonly string[]): Promise<number> {
  followOwner()
  process.stdout.on('error', ignoreClosedPipe)
  try {
    return await dispatch(args)
  } catch (error) {
    // By name too: where two copies of the module are loaded, each has a class of its own.
    if (error instanceof HarnessError || (error as Error | undefined)?.name === 'HarnessError') {
      process.stderr.write(`harness: ${(error as HarnessError).explain()}\n`)
      return (error as HarnessError).exitCode
    }
    process.stderr.write(`harness: an error that was not expected, please report it\n${stackOf(error)}\n`)
    return UNEXPECTED
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined) {
    process.stderr.write(overview())
    return 2
  }
  if (name === '--help' || name === '-h') return print(overview())
  if (name === '--version' || name === '-v') return print(`${version()}\n`)
  if (name === 'help') return rest[0] === undefined ? print(overview()) : await printUsage(find(rest[0]))
  const entry = find(name)
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
  if (own.includes('--help') || own.includes('-h')) return await printUsage(entry)
  return await (await entry.load()).run(rest)
}

function find(name: string): CommandEntry {
  if (name.startsWith('-')) oneOf('option', name, ['--help', '--version'])
  const names = commands.map((command) => command.name)
  const found = oneOf('command', name, names)
  return commands.find((command) => command.name === found) as CommandEntry
}

async function printUsage(entry: CommandEntry): Promise<number> {
  return print(`${(await entry.load()).usage.trimEnd()}\n`)
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return `Usage: harness <command> [options]\n\n${lines.join('\n')}\n\nharness <command> --help says more. harness --version prints the version.\n`
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

/** Started by another process of this command: ends in order when that one is gone without a word. */
function followOwner(): void {
  if (!process.channel) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel.unref()
}

/** The reader of a pipe has seen enough: `harness status | head -1`. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
