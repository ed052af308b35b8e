import { HarnessError } from '../environment/errors.ts'

/** Variables of a process, as the functions below read them. */
export type Variables = Readonly<Record<string, string | undefined>>

/** A variable holds what it must not; the process ends with code 2. */
export class SettingError extends HarnessError {
  constructor(variable: string, found: string, wanted: string) {
    super(`reading ${variable}: ${found}`, { remedy: `${variable} ${wanted}.`, exitCode: 2 })
  }
}

/** The text of a variable; undefined when it is not set, or empty. */
export function text(variables: Variables, name: string): string | undefined {
  const value = variables[name]
  return value === '' ? undefined : value
}

/**
 * A whole number.
 *
 * @throws SettingError when it is none, or out of range
 */
export function wholeNumber<Fallback extends number | undefined>(
  variables: Variables,
  name: string,
  { least, most, otherwise }: { readonly least: number; readonly most: number; readonly otherwise: Fallback },
): number | Fallback {
  const value = text(variables, name)
  if (value === undefined) return otherwise
  const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN
  if (number >= least && number <= most) return number
  throw new SettingError(name, `"${value}" is not in range`, `takes a whole number from ${least} to ${most}`)
}

/**
 * One of a few words; the first of them when the variable is not set.
 *
 * @throws SettingError for any other
 */
export function oneWordOf<const Words extends readonly [string, ...string[]]>(
  variables: Variables,
  name: string,
  words: Words,
): Words[number] {
  const value = text(variables, name)
  if (value === undefined) return words[0]
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  throw new SettingError(name, `"${value}" is unknown`, `takes ${words.join(' or ')}`)
}

/**
 * A variable that has to be set.
 *
 * @param wanted what it takes, for the message: "takes the URL of a Redis server"
 * @throws SettingError when it is not
 */
export function required(variables: Variables, name: string, wanted: string): string {
  const value = text(variables, name)
  if (value === undefined) throw new SettingError(name, 'it is not set', wanted)
  return value
}
