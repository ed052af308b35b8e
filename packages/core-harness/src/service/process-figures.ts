import { monitorEventLoopDelay, performance } from 'node:perf_hooks'

const RESOLUTION_MS = 10
const NANOSECONDS_PER_MS = 1e6

/** What a service says of its own process. */
export interface ProcessFigures {
  readonly uptimeMs: number
  readonly rssBytes: number
  /** Of one core, since the last reading: 1 is one core. */
  readonly cpuCores: number
  /**
   * How late timers were since the last reading. The monitor fires each 10 ms, which is not part of these figures; a stall
   * that is shorter may fall between two of its looks.
   */
  readonly eventLoopDelayMs: {
    readonly p50: number
    readonly p99: number
    readonly max: number
    readonly count: number
  }
}

/** Watches this process; each reading covers the time since the one before. */
export class ProcessWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #cpu = process.cpuUsage()
  #readAtMs = performance.now()

  constructor() {
    this.#delay.enable()
  }

  read(): ProcessFigures {
    const nowMs = performance.now()
    const { user, system } = process.cpuUsage(this.#cpu)
    const passedMs = Math.max(1, nowMs - this.#readAtMs)
    const figures = {
      uptimeMs: Math.round(process.uptime() * 1_000),
      rssBytes: process.memoryUsage.rss(),
      cpuCores: (user + system) / 1_000 / passedMs,
      eventLoopDelayMs: {
        p50: this.#lateMs(this.#delay.percentile(50)),
        p99: this.#lateMs(this.#delay.percentile(99)),
        max: this.#lateMs(this.#delay.max),
        count: this.#delay.count,
      },
    }
    this.#cpu = process.cpuUsage()
    this.#readAtMs = nowMs
    this.#delay.reset()
    return figures
  }

  close(): void {
    this.#delay.disable()
  }

  /** What it measures is the interval between two firings. */
  #lateMs(intervalNanoseconds: number): number {
    return this.#delay.count === 0 ? 0 : Math.max(0, intervalNanoseconds / NANOSECONDS_PER_MS - RESOLUTION_MS)
  }
}
