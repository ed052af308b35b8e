import { askEngine } from '../environment/providers/docker-engine.ts'
import { messageOf } from '../environment/errors.ts'
import type { ResourceProbe } from './resource-probe.ts'

const ANSWER_WITHIN_MS = 5_000

/** CPU and memory of a container, by the Docker Engine API. */
export function containerProbe(container: string): ResourceProbe {
  const path = `/containers/${encodeURIComponent(container)}/stats?stream=false&one-shot=true`
  return async () => {
    const { status, body } = await askEngine('GET', path, ANSWER_WITHIN_MS)
    if (status === 404) throw new Error(`there is no container ${container}`)
    if (status !== 200) throw new Error(`the Docker daemon answered ${status} about the container ${container}`)
    const { cpuSeconds, memoryBytes } = figuresOfContainer(parsed(body))
    if (memoryBytes === undefined) throw new Error(`the container ${container} is not running`)
    return [
      { metric: 'cpu', unit: 'cores', value: cpuSeconds, cumulative: true },
      { metric: 'rss', unit: 'bytes', value: memoryBytes },
    ]
  }
}

/** The part of an answer of the engine that is read here. */
interface ContainerStats {
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } }
  readonly memory_stats?: { readonly usage?: number; readonly stats?: Readonly<Record<string, number>> }
}

/**
 * Memory is what the container uses without files that the kernel keeps for it and can drop, as `docker stats` counts it:
 * `inactive_file` of cgroups v2, `total_inactive_file` of v1.
 */
export function figuresOfContainer(stats: ContainerStats): { cpuSeconds: number; memoryBytes: number | undefined } {
  const { usage, stats: parts = {} } = stats.memory_stats ?? {}
  const dropped = parts.total_inactive_file ?? parts.inactive_file ?? 0
  return {
    cpuSeconds: (stats.cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e9,
    memoryBytes: usage === undefined ? undefined : Math.max(0, usage - dropped),
  }
}

function parsed(body: string): ContainerStats {
  try {
    return JSON.parse(body) as ContainerStats
  } catch (error) {
    throw new Error(`the Docker daemon's answer is not JSON: ${messageOf(error)}`, { cause: error })
  }
}
