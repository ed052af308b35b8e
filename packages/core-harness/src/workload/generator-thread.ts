/** What one thread of a generator does: its shard of the workload that it is given. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'

import { HarnessError, messageOf } from '../environment/errors.ts'
import type { WorkloadResult } from './result.ts'
import { runShard } from './runner.ts'
import type { Snapshot } from './runner.ts'
import type { Shard } from './shard.ts'
import { loadWorkload } from './workload-module.ts'
import type { WorkloadModule } from './workload-module.ts'

export interface GeneratorTask {
  readonly workload: WorkloadModule
  readonly shard: Shard
}

export type GeneratorOrder =
  /** Of `performance.timeOrigin + performance.now()`. */
  { readonly kind: 'begin'; readonly atMs: number } | { readonly kind: 'stop'; readonly why: string }

export type GeneratorMessage =
  | { readonly kind: 'ready' }
  /** Only the windows that were not told of before. */
  | { readonly kind: 'progress'; readonly snapshot: Snapshot }
  | { readonly kind: 'result'; readonly result: WorkloadResult }
  | { readonly kind: 'failure'; readonly message: string; readonly remedy?: string }

const port = parentPort
if (!port) throw new Error('this module is the main module of a worker thread')

const { workload, shard } = workerData as GeneratorTask
const stopping = new AbortController()
const beginning = new Promise<number>((resolve) => {
  port.on('message', (order: GeneratorOrder) => {
    if (order.kind === 'begin') resolve(order.atMs)
    else {
      stopping.abort(order.why)
      resolve(performance.timeOrigin + performance.now())
    }
  })
})
const tell = (message: GeneratorMessage): void => port.postMessage(message)
let windowsTold = 0

try {
  const result = await runShard(await loadWorkload(workload), {
    shard,
    signal: stopping.signal,
    onProgress: (snapshot) => {
      tell({ kind: 'progress', snapshot: { ...snapshot, windows: snapshot.windows.slice(windowsTold) } })
      windowsTold = snapshot.windows.length
    },
    beginAt: () => {
      tell({ kind: 'ready' })
      return beginning
    },
  })
  tell({ kind: 'result', result })
} catch (error) {
  const remedy = error instanceof HarnessError ? error.remedy : undefined
  tell({ kind: 'failure', message: messageOf(error), ...(remedy === undefined ? {} : { remedy }) })
}
// Ended by the one that started it, once it has read what was told.
await once(port, 'close')
