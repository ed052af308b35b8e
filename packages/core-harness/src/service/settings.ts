import { readFileSync } from 'node:fs'

import { messageOf } from '../environment/errors.ts'
import { SettingError, text, wholeNumber } from './setting.ts'
import type { Variables } from './setting.ts'

/** Long enough for the largest values that a service is meant to take. */
const DEFAULT_BODY_LIMIT_BYTES = 16 * 1024 * 1024
const DEFAULT_STOP_WITHIN_MS = 5_000
/** Shorter ones can be guessed. */
const SHORTEST_TOKEN = 16

/** What every service reads from its environment. */
export interface ServiceSettings {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** What callers have to show; undefined when any caller is served. */
  readonly token: string | undefined
  readonly bodyLimitBytes: number
  /** How long requests that run may go on once the service was told to stop. */
  readonly stopWithinMs: number
}

/**
 * HOST, PORT, SERVICE_TOKEN or SERVICE_TOKEN_FILE, SERVICE_BODY_LIMIT_BYTES, SERVICE_STOP_WITHIN_MS.
 *
 * @throws SettingError for a variable that holds something else
 */
export function readSettings(variables: Variables): ServiceSettings {
  return {
    host: text(variables, 'HOST') ?? '127.0.0.1',
    port: wholeNumber(variables, 'PORT', { least: 0, most: 65_535, otherwise: 0 }),
    token: readToken(variables),
    bodyLimitBytes: wholeNumber(variables, 'SERVICE_BODY_LIMIT_BYTES', {
      least: 1_024,
      most: 1024 ** 3,
      otherwise: DEFAULT_BODY_LIMIT_BYTES,
    }),
    stopWithinMs: wholeNumber(variables, 'SERVICE_STOP_WITHIN_MS', {
      least: 0,
      most: 600_000,
      otherwise: DEFAULT_STOP_WITHIN_MS,
    }),
  }
}

/** From a file where one is named: what is in a variable is seen by whoever may look at the process. */
function readToken(variables: Variables): string | undefined {
  const file = text(variables, 'SERVICE_TOKEN_FILE')
  if (file === undefined) return checkToken('SERVICE_TOKEN', text(variables, 'SERVICE_TOKEN'))
  try {
    return checkToken('SERVICE_TOKEN_FILE', readFileSync(file, 'utf8').trim())
  } catch (error) {
    if (error instanceof SettingError) throw error
    throw new SettingError('SERVICE_TOKEN_FILE', messageOf(error), 'takes the path of a file that holds the token')
  }
}

function checkToken(variable: string, token: string | undefined): string | undefined {
  if (token === undefined || new RegExp(`^[\\x21-\\x7e]{${SHORTEST_TOKEN},}$`).test(token)) return token
  throw new SettingError(
    variable,
    'what it holds is no token',
    `takes ${SHORTEST_TOKEN} or more printable ASCII characters without spaces`,
  )
}
