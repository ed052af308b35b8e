import type { Json, Operation } from './operation.ts'

/** Control characters and marks that turn the direction of writing: with them a value would draw something else. */
const UNSHOWABLE = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu
const NS_PER_SECOND = 1e9

/** A value in one line of at most so many characters; all that a terminal would act upon is written as `\u001b`. */
export function valueText(value: Json, longest = Infinity): string {
  return clipped(typeof value === 'string' ? JSON.stringify(value) : compact(value), longest)
}

/** JSON with a space behind each comma and colon. */
function compact(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(compact).join(' ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([name, inner]) => `${name}: ${compact(inner)}`)
      .join(', ')}}`
  return JSON.stringify(value)
}

/** Any text in one line, and not longer. */
export function clipped(text: string, longest = Infinity): string {
  const shown = text.replace(UNSHOWABLE, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const characters = [...shown.toWellFormed()]
  return characters.length <= longest ? shown.toWellFormed() : `${characters.slice(0, longest - 1).join('')}…`
}

/** What was done, and what came of it: `write x 7`, `read x → 7`. */
export function callText(operation: Operation, longest = Infinity): string {
  const { f, key, input, output, outcome } = operation
  const given = input === null ? '' : ` ${valueText(input, longest)}`
  // Where an answer repeats what was asked, as an acknowledged write does, it says nothing new.
  const isTold = outcome === 'ok' && output !== null && valueText(output) !== valueText(input)
  const found = isTold ? ` → ${valueText(output, longest)}` : ''
  return `${clipped(f, 40)}${key === undefined ? '' : ` ${clipped(String(key), 40)}`}${given}${found}`
}

/** Seconds since the history began: `12.031`. */
export function secondsText(ns: number, decimals = 3): string {
  return (ns / NS_PER_SECOND).toFixed(decimals)
}

/** How many decimals of a second it takes, from three on, to tell these times apart. */
export function decimalsFor(timesNs: readonly number[]): number {
  const distinct = new Set(timesNs.filter(Number.isFinite))
  for (let decimals = 3; decimals < 9; decimals += 3)
    if (new Set([...distinct].map((ns) => secondsText(ns, decimals))).size === distinct.size) return decimals
  return 9
}
