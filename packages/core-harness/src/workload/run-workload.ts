import type { WorkloadResult } from './result.ts'
import { runShard } from './runner.ts'
import type { ShardOptions } from './runner.ts'
import { runInThreads } from './threads.ts'
import { loadWorkload } from './workload-module.ts'
import type { WorkloadModule } from './workload-module.ts'
import { defineWorkload } from './workload.ts'
import type { Workload } from './workload.ts'

export type RunOptions = Pick<ShardOptions, 'signal' | 'onProgress' | 'judgeLive' | 'clock'> & {
  /** How many threads share the workload, which then is in a module of its own; 1 when left out. */
  readonly threads?: number
}

/**
 * Runs a workload.
 *
 * Each operation is issued at its due time, whatever became of those before it. Three times are kept for each: response,
 * from when it was due; service, from when it was sent; and lateness, from due to sent.
 *
 * @throws HarnessError when the workload cannot be run, or when operations were lost count of
 */
export async function runWorkload<State>(
  workload: Workload<State> | WorkloadModule,
  { threads = 1, ...options }: RunOptions = {},
): Promise<WorkloadResult> {
  if (threads > 1) return runInThreads(workload, threads, options)
  if ('module' in workload) return runShard(await loadWorkload(workload), options)
  return runShard(defineWorkload(workload), options)
}
