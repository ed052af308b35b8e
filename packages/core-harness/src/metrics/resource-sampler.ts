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
  const watched = targets.map((target) => new Watched(target.of, probeOf(target), () => now() - beganAtMs))
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

type Sample = readonly [atMs: number, value: number]

/** The samples of one metric, and the last count of one that is cumulative. */
interface Track {
  readonly unit: ResourceSeries['unit']
  readonly samples: Sample[]
  count?: Sample
}

class Watched {
  readonly #of: string
  readonly #probe: ResourceProbe
  readonly #elapsedMs: () => number
  readonly #tracks = new Map<string, Track>()
  #looking: Promise<void> | undefined
  #lookedAtMs = -Infinity
  #gone: { readonly atMs: number; readonly why: string } | undefined

  constructor(of: string, probe: ResourceProbe, elapsedMs: () => number) {
    this.#of = of
    this.#probe = probe
    this.#elapsedMs = elapsedMs
  }

  /** One look at a time: a probe that takes long is not asked again meanwhile. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => (this.#looking = undefined))
    return this.#looking
  }

  /** @param notWithinMs a rate over next to no time says nothing: so soon it is only seen whether it is still there */
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
      const figures = await withinTime(this.#probe(), PROBE_WITHIN_MS)
      const atMs = this.#elapsedMs()
      for (const figure of keepsFigures ? figures : []) this.#keep(figure, atMs)
      this.#lookedAtMs = atMs
      this.#gone = undefined
    } catch (error) {
      this.#gone ??= { atMs: this.#elapsedMs(), why: messageOf(error) }
    }
  }

  #keep({ metric, unit, value, cumulative }: ResourceFigure, atMs: number): void {
    if (!Number.isFinite(value)) throw new Error(`its ${metric} was ${value}`)
    const track = this.#tracks.get(metric) ?? { unit, samples: [] }
    this.#tracks.set(metric, track)
    if (cumulative === undefined) {
      track.samples.push([atMs, value])
      return
    }
    const last = track.count
    track.count = [atMs, value]
    // A count that fell began anew.
    if (last && atMs > last[0] && value >= last[1])
      track.samples.push([atMs, ((value - last[1]) / (atMs - last[0])) * 1_000])
  }
}
