import { parseArgs } from 'node:util'
import type { ParseArgsOptionsConfig } from 'node:util'

import { HarnessError, messageOf } from '../environment/errors.ts'
import { nearest } from './nearest.ts'

/** A command line that cannot be carried out as it was written. */
export class UsageError extends HarnessError {
  constructor(message: string, remedy: string) {
    super(message, { remedy, exitCode: 2 })
  }
}

/**
 * Reads what follows a command's name.
 *
 * @throws UsageError that names the nearest option there is
 */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: Options,
  { allowPositionals = false }: { readonly allowPositionals?: boolean } = {},
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals, strict: true })
  } catch (error) {
    const code = (error as { code?: string }).code ?? ''
    if (!code.startsWith('ERR_PARSE_ARGS_')) throw error
    const help = `harness ${command} --help says what it takes.`
    const [, given] = /'(-[^'=\s,<]*)/.exec(messageOf(error)) ?? []
    if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || given === undefined)
      throw new UsageError(`harness ${command}: ${messageOf(error)}`, help)
    const meant = nearest(
      given,
      Object.keys(options).map((name) => `--${name}`),
    )
    throw new UsageError(
      `harness ${command}: there is no option ${given}`,
      meant === undefined ? help : `Did you mean ${meant}? ${help}`,
    )
  }
}

/** @throws UsageError for a word that is none of those allowed, with the nearest that is */
export function oneOf<Word extends string>(kind: string, given: string, allowed: readonly Word[]): Word {
  const found = allowed.find((word) => word === given)
  if (found !== undefined) return found
  const meant = nearest(given, allowed)
  const list = `There are: ${allowed.join(', ')}.`
  throw new UsageError(`there is no ${kind} "${given}"`, meant === undefined ? list : `Did you mean ${meant}? ${list}`)
}
