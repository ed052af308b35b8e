/** How often, and for how long, the machine takes the core away from a process that does nothing but look at the time. */
export interface GapsReport {
  readonly perSecond: number
  readonly longestMs: number
}

const DURATION_MS = 5_000
const LEAST_GAP_MS = 0.5

const beganMs = performance.now()
let [lastMs, gaps, longestMs] = [beganMs, 0, 0]
while (lastMs - beganMs < DURATION_MS) {
  const nowMs = performance.now()
  if (nowMs - lastMs >= LEAST_GAP_MS) gaps++
  longestMs = Math.max(longestMs, nowMs - lastMs)
  lastMs = nowMs
}
const report: GapsReport = { perSecond: gaps / (DURATION_MS / 1_000), longestMs }
process.stdout.write(JSON.stringify(report))
