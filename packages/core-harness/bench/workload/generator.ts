/** A generator in a process of its own: runs the task that it is given as JSON, and prints what came of it as JSON. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { constantRate, constantUsers, defineWorkload, runWorkload } from '../../src/workload/index.ts'
import { HttpTransport, PlainHttpTransport } from '../../src/workload/index.ts'
import type { WorkloadResult } from '../../src/workload/index.ts'

export interface GeneratorTask {
  readonly url: string
  readonly path: string
  readonly arrival: { readonly ratePerSecond: number } | { readonly users: number }
  readonly durationMs: number
  readonly connections: number
  readonly transport: 'plain' | 'undici'
  readonly thinkTimeMs?: number
  /** Asked for just before the workload begins. */
  readonly before?: string
  readonly watchMemory?: boolean
}

export interface GeneratorReport {
  readonly result: WorkloadResult
  readonly cpuSeconds: number
  /** What is held once garbage is collected, and the resident set, each second. */
  readonly memory: readonly { readonly heldBytes: number; readonly rssBytes: number }[]
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const task = JSON.parse(process.argv[2] ?? '') as GeneratorTask
const { url, path, connections, durationMs, arrival } = task
const Transport = task.transport === 'plain' ? PlainHttpTransport : HttpTransport
const http = new Transport({ baseUrl: url, connections })
const workload = defineWorkload({
  name: 'bench',
  arrival: 'users' in arrival ? constantUsers({ ...arrival, durationMs }) : constantRate({ ...arrival, durationMs }),
  operations: [{ name: 'get', run: (context) => http.get(path, context) }],
  // What finds no connection free waits for one, and is counted.
  maxConcurrency: 10_000,
  thinkTimeMs: task.thinkTimeMs ?? 0,
  setup: async () => {
    // The first requests of a process are slow, and so is opening connections; neither is what is measured.
    await Promise.all(Array.from({ length: Math.min(500, connections) }, () => warmUp()))
    if (task.before !== undefined) await http.get(task.before)
  },
})
async function warmUp(): Promise<void> {
  for (let request = 0; request < 100; request++) await http.get('/')
}

const memory: GeneratorReport['memory'][number][] = []
const cpuBefore = process.cpuUsage()
const result = await runWorkload(workload, {
  onProgress: () => {
    if (!task.watchMemory) return
    collectGarbage()
    const { heapUsed, external, rss } = process.memoryUsage()
    memory.push({ heldBytes: heapUsed + external, rssBytes: rss })
  },
})
const cpu = process.cpuUsage(cpuBefore)
const report: GeneratorReport = { result, cpuSeconds: (cpu.user + cpu.system) / 1e6, memory }
process.stdout.write(JSON.stringify(report))
await http.close()
