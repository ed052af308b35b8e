import { TimeDistribution } from '../metrics/time-distribution.ts'
import type { Snapshot } from './runner.ts'

export interface ProgressOptions {
  /** What is written to; standard error when left out. */
  readonly stream?: { readonly isTTY?: boolean; write(text: string): unknown }
  /** The ids of objectives that would be missed if it went on like this. */
  readonly atRisk?: (snapshot: Snapshot) => readonly string[]
}

const ERASE_LINE = '\r\u001b[2K'
const CONTROL = /\p{Cc}/gu

/**
 * Tells a person how a long run stands: one line, written anew each second. Elsewhere than on a terminal it is quiet.
 *
 * @returns what `onProgress` is called with, and the end of the line
 */
export function liveProgress(
  name: string,
  { stream = process.stderr, atRisk = () => [] }: ProgressOptions = {},
): { readonly onProgress: (snapshot: Snapshot) => void; readonly end: () => void } {
  if (!stream.isTTY) return { onProgress: () => undefined, end: () => undefined }
  let [before, isWritten] = [0, false]
  return {
    onProgress: (snapshot) => {
      const ended = snapshot.completed + snapshot.failed
      const line = progressLine(name, snapshot, ended - before, atRisk(snapshot))
      before = ended
      isWritten = true
      stream.write(`${ERASE_LINE}${line.replaceAll(CONTROL, ' ')}`)
    },
    end: () => {
      if (isWritten) stream.write(ERASE_LINE)
      isWritten = false
    },
  }
}

/**
 * `mixed  500/s  p50 1.2 ms  p99 8.4 ms  2 failed  at risk: p99  12 s left`
 *
 * @param endedInSecond how many operations ended since the last line
 */
export function progressLine(
  name: string,
  snapshot: Snapshot,
  endedInSecond: number,
  atRisk: readonly string[],
): string {
  const { failed, dropped } = snapshot
  const response = lastSecond(snapshot)
  const parts = [
    name,
    `${endedInSecond}/s`,
    `p50 ${timeOf(response.percentileMs(50))}`,
    `p99 ${timeOf(response.percentileMs(99))}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(dropped > 0 ? [`${dropped} dropped`] : []),
    ...(atRisk.length > 0 ? [`at risk: ${atRisk.join(', ')}`] : []),
    leftOf(snapshot),
  ]
  return parts.join('  ')
}

/** Of the last second in which all operations have ended. */
function lastSecond({ windows }: Snapshot): TimeDistribution {
  const last = windows.findLast(({ tag }) => tag === null)
  return TimeDistribution.of(last?.response ?? '')
}

function timeOf(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '–' : `${milliseconds.toPrecision(3)} ms`
}

function leftOf({ elapsedMs, durationMs, plannedInAll, planned }: Snapshot): string {
  if (durationMs === undefined) return `${(plannedInAll ?? planned) - planned} operations left`
  const seconds = Math.max(0, Math.ceil((durationMs - elapsedMs) / 1_000))
  return seconds < 120 ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`
}
