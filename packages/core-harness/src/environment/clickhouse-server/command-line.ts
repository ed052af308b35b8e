import { parseArgs } from 'node:util'

export interface CommandLine {
  /** 0: any free one. */
  port: number
  path: string
  maxMemoryBytes?: number
  exitWithStdin: boolean
}

export class CommandLineError extends Error {
  override name = 'CommandLineError'
}

export const USAGE =
  'usage: node main.ts --port N --path DIR [--max-memory-bytes N] [--exit-with-stdin]\n' +
  '  CLICKHOUSE_USER and CLICKHOUSE_PASSWORD in the environment: whom to let in (default, without a password)'

/** @throws CommandLineError */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { port, path, ...rest } = parse(args)
  if (path === undefined || path === '') throw new CommandLineError('--path DIR is missing: where the data is to be')
  const maxMemoryBytes = rest['max-memory-bytes']
  return {
    port: wholeNumber('--port', port, 0, 65_535),
    path,
    exitWithStdin: rest['exit-with-stdin'] ?? false,
    ...(maxMemoryBytes === undefined
      ? {}
      : { maxMemoryBytes: wholeNumber('--max-memory-bytes', maxMemoryBytes, 1, Number.MAX_SAFE_INTEGER) }),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        path: { type: 'string' },
        'max-memory-bytes': { type: 'string' },
        'exit-with-stdin': { type: 'boolean' },
      },
    }).values
  } catch (cause) {
    throw new CommandLineError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function wholeNumber(flag: string, text: string | undefined, least: number, most: number): number {
  const value = Number(text)
  if (text !== undefined && /^\d+$/.test(text) && value >= least && value <= most) return value
  throw new CommandLineError(
    `${flag} is ${text === undefined ? 'missing' : `"${text}"`}: give a number from ${least} to ${most}`,
  )
}
