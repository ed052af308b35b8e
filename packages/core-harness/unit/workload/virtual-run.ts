import type { WorkloadResult } from '../../src/workload/result.ts'
import { runWorkload } from '../../src/workload/run-workload.ts'
import type { RunOptions } from '../../src/workload/run-workload.ts'
import { defineWorkload } from '../../src/workload/workload.ts'
import type { OperationContext, Workload } from '../../src/workload/workload.ts'
import { VirtualClock } from './virtual-clock.ts'

type Settings = Partial<Omit<Workload<undefined>, 'operations'>> & Pick<Workload, 'arrival'>

/** Runs a workload with one operation on a virtual clock. */
export function runVirtually(
  settings: Settings,
  run: (context: OperationContext<undefined>, clock: VirtualClock) => unknown,
  options: RunOptions = {},
): Promise<WorkloadResult> {
  const clock = new VirtualClock()
  const operations = [{ name: 'work', run: (context: OperationContext<undefined>) => run(context, clock) }]
  const workload = defineWorkload<undefined>({ name: 'virtual', operations, ...settings })
  return clock.pass(runWorkload(workload, { clock, ...options }))
}
