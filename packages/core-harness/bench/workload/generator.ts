/** A generator in a process of its own: runs the task that it is given as JSON, and prints what came of it as JSON. */
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
  /** Megabytes, each second. */
  readonly watchMemory?: boolean
}

export interface GeneratorReport {
  readonly result: WorkloadResult
  readonly cpuSeconds: number
  readonly memoryBytes: readonly number[]
}

const task = JSON.parse(process.argv[2] ?? '') as GeneratorTask
const { url, path, connections, durationMs, arrival } = task
const Transport = task.transport === 'plain' ? PlainHttpTransport : HttpTransport
const http = new Transport({ baseUrl: url, connections })
const workload = defineWorkload({
  name: 'bench',
  arrival: 'users' in arrival ? constantUsers({ ...arrival, durationMs }) : constantRate({ ...arrival, durationMs }),
  operations: [{ name: 'get', run: (context) => http.get(path, context) }],
  maxConcurrency: connections,
  thinkTimeMs: task.thinkTimeMs ?? 0,
  setup: async () => {
    if (task.before !== undefined) await http.get(task.before)
  },
})
const memoryBytes: number[] = []
const cpuBefore = process.cpuUsage()
const result = await runWorkload(workload, {
  onProgress: () => {
    if (task.watchMemory) memoryBytes.push(process.memoryUsage.rss())
  },
})
const cpu = process.cpuUsage(cpuBefore)
const report: GeneratorReport = { result, cpuSeconds: (cpu.user + cpu.system) / 1e6, memoryBytes }
process.stdout.write(JSON.stringify(report))
await http.close()
