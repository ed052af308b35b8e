import { HarnessError } from '@proving-ground/core-harness/environment'
import type { Model } from './api/model.ts'
import { DEFAULT_MODELS } from './api/model.ts'
import { isPositive } from './delivery/distribution.ts'
import type { Distribution } from './delivery/distribution.ts'
import { isPartOfAll } from './delivery/fault.ts'
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

/** @throws HarnessError for what no sandbox can do */
export function checkOptions({ tokensPerSecond, faults, apiKey }: SandboxOptions): void {
  const refuse = (found: string, remedy: string): never => {
    throw new HarnessError(`starting the LLM sandbox: ${found}`, { remedy })
  }
  if (apiKey === '') refuse('the key is empty', 'Give one, or none for a random one.')
  if (tokensPerSecond && !isPositive(tokensPerSecond))
    refuse('it would make no tokens per second', 'Leave tokensPerSecond out for all at once.')
  if (!isPartOfAll(faults)) refuse('the shares of its faults make more than 1', 'Together they are at most 1.')
}
