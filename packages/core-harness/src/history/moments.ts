import { decimalsFor, secondsText } from './operation-text.ts'

/** Times of a history as one sentence tells them, `12.031 s`: with so many decimals that they can be told apart. */
export function moments<Times extends readonly number[]>(...timesNs: Times): { [Place in keyof Times]: string } {
  const decimals = decimalsFor(timesNs)
  return timesNs.map((ns) => `${secondsText(ns, decimals)} s`) as { [Place in keyof Times]: string }
}
