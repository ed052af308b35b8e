import type { Model } from './api/model.ts'
import { DEFAULT_MODELS } from './api/model.ts'
import type { Distribution } from './delivery/distribution.ts'
import type { FaultShare } from './delivery/fault.ts'

/** How a sandbox behaves. */
export interface SandboxOptions {
  /** What callers show as "Authorization: Bearer …". */
  readonly apiKey: string
  /** Answers, latency and faults are made of it. */
  readonly seed: number
  readonly models: readonly Model[]
  readonly timeToFirstTokenMs: Distribution
  /** Undefined: all tokens come at once. */
  readonly tokensPerSecond: Distribution | undefined
  /** How long an answer is that nothing cuts. */
  readonly answerTokens: Distribution
  /** Parts of all requests; together at most 1. */
  readonly faults: readonly FaultShare[]
  /** Answers under way at once; one more is refused with 503. */
  readonly mostUnderWay: number
}

export const DEFAULT_OPTIONS: Omit<SandboxOptions, 'apiKey'> = {
  seed: 1,
  models: DEFAULT_MODELS,
  timeToFirstTokenMs: { kind: 'constant', value: 0 },
  tokensPerSecond: undefined,
  answerTokens: { kind: 'lognormal', median: 48, sigma: 0.5 },
  faults: [],
  mostUnderWay: 4_096,
}
