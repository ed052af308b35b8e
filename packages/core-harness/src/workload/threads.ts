import { Worker } from 'node:worker_threads'

import { HarnessError, messageOf } from '../environment/errors.ts'
import type { GeneratorMessage, GeneratorOrder, GeneratorTask } from './generator-thread.ts'
import { mergeResults, mergeWindows } from './merge.ts'
import type { WindowResult, WorkloadResult } from './result.ts'
import type { ShardOptions, Snapshot } from './runner.ts'
import { loadWorkload } from './workload-module.ts'
import type { WorkloadModule } from './workload-module.ts'
import type { Workload } from './workload.ts'

/** Time for all threads to hear that they begin. */
const LEAD_MS = 50

/**
 * Runs a workload in several threads, each of which takes every n-th operation, and merges what they measured. Which
 * operations there are, and when they are due, hangs on the seed and not on the number of threads.
 *
 * @throws HarnessError when the workload is in no module of its own, or a thread fails
 */
export async function runInThreads<State>(
  workload: Workload<State> | WorkloadModule,
  threads: number,
  options: Pick<ShardOptions, 'signal' | 'onProgress' | 'judgeLive' | 'clock'>,
): Promise<WorkloadResult> {
  if (!('module' in workload))
    throw new HarnessError(
      `running the workload "${workload.name}" in ${threads} threads: its operations are code of this one`,
      {
        remedy: 'Put it into a module of its own, and give workloadModule(url, parameters).',
      },
    )
  if (!Number.isInteger(threads) || options.clock)
    throw new HarnessError(
      `running a workload in ${threads} threads: threads is a whole number, and they have no other clock`,
    )
  const { latenessBudgetMs } = await loadWorkload(workload)
  const results = await new Generators(workload, threads, options).results()
  return mergeResults(results, latenessBudgetMs === undefined ? {} : { latenessBudgetMs })
}

class Generators {
  readonly #options: Pick<ShardOptions, 'signal' | 'onProgress' | 'judgeLive'>
  readonly #workers: readonly Worker[]
  readonly #ready = new Set<Worker>()
  readonly #latest = new Map<Worker, Snapshot>()
  /** Seconds of which not all threads have told yet, and those of which they have. */
  readonly #told = new Map<Worker, WindowResult[]>()
  #windows: readonly WindowResult[] = []
  #isStopping = false

  constructor(
    workload: WorkloadModule,
    threads: number,
    options: Pick<ShardOptions, 'signal' | 'onProgress' | 'judgeLive'>,
  ) {
    this.#options = options
    this.#workers = Array.from({ length: threads }, (_, index) => {
      const task: GeneratorTask = { workload, shard: { index, of: threads } }
      return new Worker(new URL('generator-thread.ts', import.meta.url), { workerData: task })
    })
  }

  /** The results of all threads. When one fails all are ended. */
  async results(): Promise<WorkloadResult[]> {
    const { signal } = this.#options
    const interrupt = (): void => this.#stop(typeof signal?.reason === 'string' ? signal.reason : 'it was interrupted')
    signal?.addEventListener('abort', interrupt, { once: true })
    if (signal?.aborted) interrupt()
    try {
      return await Promise.all(this.#workers.map((worker) => this.#resultOf(worker)))
    } finally {
      signal?.removeEventListener('abort', interrupt)
      await Promise.all(this.#workers.map((worker) => worker.terminate()))
    }
  }

  #resultOf(worker: Worker): Promise<WorkloadResult> {
    return new Promise((resolve, reject) => {
      worker.on('message', (message: GeneratorMessage) => {
        if (message.kind === 'ready') this.#begin(worker)
        else if (message.kind === 'progress') this.#progress(worker, message.snapshot)
        else if (message.kind === 'result') resolve(message.result)
        else reject(new HarnessError(message.message, message.remedy === undefined ? {} : { remedy: message.remedy }))
      })
      worker.once('error', (error) =>
        reject(new HarnessError(`a thread of the generator failed: ${messageOf(error)}`, { cause: error })),
      )
      worker.once('exit', (code) =>
        reject(new HarnessError(`a thread of the generator ended with code ${code} before its time`)),
      )
    })
  }

  /** All begin together, when all are set up. */
  #begin(worker: Worker): void {
    this.#ready.add(worker)
    if (this.#ready.size < this.#workers.length) return
    this.#order({ kind: 'begin', atMs: performance.timeOrigin + performance.now() + LEAD_MS })
  }

  #progress(worker: Worker, snapshot: Snapshot): void {
    this.#latest.set(worker, snapshot)
    this.#told.set(worker, [...(this.#told.get(worker) ?? []), ...snapshot.windows])
    // Once a second, when the last thread has told of it.
    if (this.#latest.size < this.#workers.length) return
    const snapshots = [...this.#latest.values()]
    this.#latest.clear()
    this.#windows = this.#mergeTold()
    const [first] = snapshots as [Snapshot]
    const sum = (count: 'planned' | 'completed' | 'failed' | 'dropped' | 'inFlight'): number =>
      snapshots.reduce((total, one) => total + one[count], 0)
    this.#options.onProgress?.({
      elapsedMs: Math.max(...snapshots.map(({ elapsedMs }) => elapsedMs)),
      durationMs: first.durationMs,
      plannedInAll: first.plannedInAll,
      planned: sum('planned'),
      completed: sum('completed'),
      failed: sum('failed'),
      dropped: sum('dropped'),
      inFlight: sum('inFlight'),
      windows: this.#windows,
    })
    const why = this.#options.judgeLive?.(this.#windows)
    if (why !== undefined) this.#stop(why)
  }

  /** Adds the seconds that are over in all threads to those that were before. */
  #mergeTold(): readonly WindowResult[] {
    const perThread = [...this.#told.values()].map((windows) => new Set(windows.map(({ second }) => second)))
    const overInAll = new Set([...(perThread[0] ?? [])].filter((second) => perThread.every((one) => one.has(second))))
    const over: WindowResult[] = []
    for (const [worker, windows] of this.#told) {
      over.push(...windows.filter(({ second }) => overInAll.has(second)))
      this.#told.set(
        worker,
        windows.filter(({ second }) => !overInAll.has(second)),
      )
    }
    return [...this.#windows, ...mergeWindows(over)]
  }

  #stop(why: string): void {
    if (this.#isStopping) return
    this.#isStopping = true
    this.#order({ kind: 'stop', why })
  }

  #order(order: GeneratorOrder): void {
    for (const worker of this.#workers) worker.postMessage(order)
  }
}
