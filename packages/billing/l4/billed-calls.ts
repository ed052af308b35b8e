import type { OperationContext } from '@proving-ground/core-harness/workload'
import type { RecordedCall, Tier } from '../src/contract.ts'
import type { CallResult } from './model-calls.ts'
import type { Services } from './services.ts'

/** How exactly tokens were billed. */
export class TokenAccuracy {
  #right = 0
  #counted = 0
  #calls = 0
  readonly examples: { readonly said: unknown; readonly billed: unknown }[] = []

  /** @param said by the model's API; what it did not say, nobody can be held against */
  note(said: CallResult['usage'], billed: RecordedCall): void {
    if (!said) return
    this.#calls++
    for (const kind of ['promptTokens', 'completionTokens'] as const) {
      this.#counted += said[kind]
      this.#right += Math.max(0, said[kind] - Math.abs(said[kind] - billed[kind]))
    }
    const { promptTokens, completionTokens } = billed
    const isSame = promptTokens === said.promptTokens && completionTokens === said.completionTokens
    if (!isSame && this.examples.length < 5) this.examples.push({ said, billed: { promptTokens, completionTokens } })
  }

  /** Undefined when no call was told. */
  get finding(): { value: number; samples: number } | undefined {
    return this.#counted === 0 ? undefined : { value: this.#right / this.#counted, samples: this.#calls }
  }
}

/** Bills a call, notes it in the account of what was sent, and how long that took. */
export async function bill(
  { at, sent }: Services,
  call: CallResult,
  who: { readonly key: string; readonly tenant: string; readonly tier: Tier },
  { index, signal, measure }: Pick<OperationContext, 'index' | 'signal' | 'measure'>,
): Promise<RecordedCall> {
  const atMs = Date.now()
  const beganMs = performance.now()
  const recorded = await at(index).recordCall({ ...who, ...call, atMs }, { signal })
  measure('recording', performance.now() - beganMs)
  const { promptTokens, completionTokens } = recorded
  const event = { ...who, model: call.model, promptTokens, completionTokens, atMs }
  // What is billed is what the API said; the accuracy is judged apart, so that the stores are held against what they were told.
  sent.add(call.usage ? { ...event, ...call.usage } : event)
  sent.acknowledge(event, recorded)
  return recorded
}
