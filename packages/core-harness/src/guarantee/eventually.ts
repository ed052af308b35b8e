import { setTimeout as delay } from 'node:timers/promises'

import { messageOf } from '../environment/errors.ts'

const POLL_EVERY_MS = 5

/**
 * Waits until a condition holds: until `condition` resolves with something other than `false`, without throwing.
 *
 * @returns what the condition resolved with
 * @throws Error naming what was awaited, for how long, and what the last try found
 */
export async function eventually<Value>(
  condition: () => Value | Promise<Value>,
  options: { readonly withinMs: number; readonly describe: string },
): Promise<Exclude<Value, false>> {
  const deadline = performance.now() + options.withinMs
  for (;;) {
    let found: string
    try {
      const value = await condition()
      if (value !== false) return value as Exclude<Value, false>
      found = 'it did not hold'
    } catch (error) {
      found = messageOf(error)
    }
    if (performance.now() >= deadline)
      throw new Error(`waited ${options.withinMs} ms until ${options.describe}; the last try: ${found}`)
    await delay(POLL_EVERY_MS)
  }
}
