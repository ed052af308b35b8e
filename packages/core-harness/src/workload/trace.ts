import { readFileSync } from 'node:fs'

import { HarnessError, messageOf } from '../environment/errors.ts'
import { pacerOf } from './pacer.ts'
import type { Pacer } from './pacer.ts'

/**
 * Arrivals as they were recorded: one line each, in order, with its time in milliseconds since the beginning. A line is a
 * number, a row of CSV whose first column is the number (a first row that is none is its heading), or a JSON object with
 * the number as `atMs`.
 *
 * @throws HarnessError naming the file, the line and what is wrong with it
 */
export function trace(file: string): Pacer {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new HarnessError(`reading the trace ${file}: ${messageOf(error)}`)
  }
  const dueMs = dueTimes(file, text)
  const last = dueMs.at(-1) as number
  const words = `trace of ${dueMs.length} arrivals from ${file.slice(file.lastIndexOf('/') + 1)}`
  return pacerOf(last + 1, dueMs.length, (operation) => dueMs[operation] as number, words)
}

function dueTimes(file: string, text: string): number[] {
  const lines = text.split(/\r?\n/)
  const times: number[] = []
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    const found = timeIn(line)
    const isHeading = index === 0 && Number.isNaN(found) && !line.startsWith('{')
    if (isHeading) continue
    const problem = problemOf(found, times.at(-1))
    if (problem !== undefined)
      throw new HarnessError(`reading the trace ${file}, line ${index + 1}: ${problem}`, {
        remedy: 'A line holds milliseconds since the beginning, in order: 12.5, or {"atMs":12.5}.',
      })
    times.push(found)
  }
  if (times.length === 0) throw new HarnessError(`reading the trace ${file}: it holds no arrival`)
  return times
}

/** NaN when there is none. */
function timeIn(line: string): number {
  if (line.startsWith('{')) {
    try {
      const { atMs } = JSON.parse(line) as { readonly atMs?: unknown }
      return typeof atMs === 'number' ? atMs : NaN
    } catch {
      return NaN // What is wrong is told with its line.
    }
  }
  const [first = ''] = line.split(',')
  return first.trim() === '' ? NaN : Number(first)
}

function problemOf(timeMs: number, before: number | undefined): string | undefined {
  if (!Number.isFinite(timeMs)) return 'it begins with no number'
  if (timeMs < 0) return `${timeMs} is before the beginning`
  return before !== undefined && timeMs < before ? `${timeMs} comes after ${before}` : undefined
}
