import { MICROS_IN_MINOR } from './contract.ts'
import type { Micros, Minor } from './contract.ts'

/** The whole minor units nearest to an amount; of two that are equally near the even one. */
export function roundToMinor(micros: Micros): Minor {
  const whole = micros / MICROS_IN_MINOR
  const rest = micros % MICROS_IN_MINOR
  const twice = 2n * (rest < 0n ? -rest : rest)
  const isUp = twice > MICROS_IN_MINOR || (twice === MICROS_IN_MINOR && whole % 2n !== 0n)
  return isUp ? whole + (micros < 0n ? -1n : 1n) : whole
}
