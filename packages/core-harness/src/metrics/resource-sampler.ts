import { messageOf } from '../environment/errors.ts'
import { withinTime } from '../environment/within-time.ts'
import { containerProbe } from './resource-container.ts'
import { processTreeProbe } from './resource-process-tree.ts'
import type { ResourceFigure, ResourceProbe } from './resource-probe.ts'
import type { ResourceSeries } from './resource-series.ts'
import { summarize } from './resource-summary.ts'

/** What to watch, and how it is called in the record. */
export type ResourceTarget = { readonly of: string } & (
  | { readonly pid: number | (() => number | undefined) }
  | { readonly container: string }
  | { readonly probe: ResourceProbe }
)

export interface ResourceSampler {
  /**
   * Looks a last time and ends the watching.
   *
   * @returns a series for each metric; one of what could never be seen is empty and says why
   */
  stop(): Promise<ResourceSeries[]>
}

const PROBE_WITHIN_MS = 5_000

/**
 * Watches processes, containers and whatever a probe can see, from now on: zero of the series is this moment. What goes
 * away ends its series, and what comes back goes on; neither stops the others.
 *
 * @param options.now a monotonic clock in milliseconds
 */
export function watchResources(
  targets: readonly ResourceTarget[],
  { everyMs = 1_000, now = () => performance.now() }: { readonly everyMs?: number; readonly now?: () => number } = {},
): ResourceSampler {
  const beganAtMs = now()
  const elapsedMs = (): number => now() - beganAtMs
  const watched = targets.map((target) => new Watched(target.of, probeOf(target), elapsedMs, everyMs / 2))
  const look = () => {
    for (const one of watched) void one.look()
  }
  const timer = setInterval(look, everyMs)
  timer.unref()
  look()
  let ended: Promise<ResourceSeries[]> | undefined
  return {
    stop() {
      clearInterval(timer)
      ended ??= Promise.all(watched.map((one) => one.end(everyMs / 10))).then((series) => series.flat())
      return ended
    },
  }
}

function probeOf(target: ResourceTarget): ResourceProbe {
  if ('pid' in target) return processTreeProbe(target.pid)
  return 'container' in target ? containerProbe(target.container) : target.probe
}

/** When a probe was asked, and when it had answered: what it says was so at some time between. */
interface Look {
  readonly askedMs: number
  readonly answeredMs: number
}

/** The samples of one metric, and the last count of one that is cumulative. */
interface Track {
  readonly unit: ResourceSeries['unit']
  readonly samples: (readonly [atMs: number, value: number])[]
  count?: Look & { readonly value: number }
}

class Watched {
  readonly #of: string
  readonly #probe: ResourceProbe
  readonly #elapsedMs: () => number
  readonly #leastMs: number
  readonly #tracks = new Map<string, Track>()
  #looking: Promise<void> | undefined
  #lookedAtMs = -Infinity
  #gone: { readonly atMs: number; readonly why: string } | undefined

  /** @param leastMs a rate over less says nothing: counts have a grain */
  constructor(of: string, probe: ResourceProbe, elapsedMs: () => number, leastMs: number) {
    this.#of = of
    this.#probe = probe
    this.#elapsedMs = elapsedMs
    this.#leastMs = leastMs
  }

  /** One look at a time: a probe that takes long is not asked again meanwhile. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => (this.#looking = undefined))
    return this.#looking
  }

  /** @param notWithinMs so soon after the last look it is only seen whether it is still there */
  async end(notWithinMs: number): Promise<ResourceSeries[]> {
    await this.#looking
    await this.#lookOnce(this.#elapsedMs() - this.#lookedAtMs >= notWithinMs)
    const ended = this.#gone === undefined ? {} : { ended: this.#gone }
    if (this.#tracks.size === 0) return [summarize({ of: this.#of, metric: 'none', unit: 'count', ...ended }, [])]
    return [...this.#tracks].map(([metric, { unit, samples }]) =>
      summarize({ of: this.#of, metric, unit, ...ended }, samples),
    )
  }

  async #lookOnce(keepsFigures = true): Promise<void> {
    try {
      const askedMs = this.#elapsedMs()
      const figures = await withinTime(this.#probe(), PROBE_WITHIN_MS)
      const look = { askedMs, answeredMs: this.#elapsedMs() }
      for (const figure of keepsFigures ? figures : []) this.#keep(figure, look)
      this.#lookedAtMs = look.answeredMs
      this.#gone = undefined
    } catch (error) {
      this.#gone ??= { atMs: this.#elapsedMs(), why: messageOf(error) }
    }
  }

  #keep({ metric, unit, value, cumulative }: ResourceFigure, look: Look): void {
    if (!Number.isFinite(value)) throw new Error(`its ${metric} was ${value}`)
    const track = this.#tracks.get(metric) ?? { unit, samples: [] }
    this.#tracks.set(metric, track)
    if (cumulative === undefined) {
      track.samples.push([look.answeredMs, value])
      return
    }
    const last = track.count
    // Looks that come close together, after a pause of this process, make one.
    if (last && look.answeredMs - last.answeredMs < this.#leastMs && value >= last.value) return
    track.count = { ...look, value }
    // Over the longest time that it can be: a pause in the middle of a look makes no rate greater than it was. A count that
    // fell began anew.
    if (last && value >= last.value)
      track.samples.push([look.answeredMs, ((value - last.value) / (look.answeredMs - last.askedMs)) * 1_000])
  }
}
