/** autocannon (npm) in a process of its own, as what the generator is measured against. */
import { createRequire } from 'node:module'

interface Autocannon {
  (options: {
    url: string
    connections: number
    duration: number
  }): Promise<{ requests: { total: number }; non2xx: number }>
}

export interface AutocannonReport {
  readonly requests: number
  readonly cpuSeconds: number
}

const [url = '', connections, durationMs] = process.argv.slice(2)
const autocannon = createRequire(import.meta.url)('autocannon') as Autocannon
const cpuBefore = process.cpuUsage()
const { requests } = await autocannon({ url, connections: Number(connections), duration: Number(durationMs) / 1_000 })
const cpu = process.cpuUsage(cpuBefore)
const report: AutocannonReport = { requests: requests.total, cpuSeconds: (cpu.user + cpu.system) / 1e6 }
process.stdout.write(JSON.stringify(report))
