import type { ModelCall, RecordedCall } from '../contract.ts'
import { inputs, valid } from '../validate.ts'
import { tokensIn } from './tokens.ts'
import type { UsageRecorder } from './usage-recorder.ts'

/**
 * What a chat costs beside its texts: three tokens for each message, and three for the answer that is begun. Source:
 * https://developers.openai.com/cookbook/examples/how_to_count_tokens_with_tiktoken
 */
const TOKENS_BY_MESSAGE = 3
const TOKENS_OF_THE_ANSWER = 3

export type TokenCounts = Readonly<Record<'promptTokens' | 'completionTokens', number>>

/** Bills calls of models. */
export class CallMeter {
  readonly #recorder: Pick<UsageRecorder, 'recordCounted'>

  constructor(recorder: Pick<UsageRecorder, 'recordCounted'>) {
    this.#recorder = recorder
  }

  async record(given: ModelCall): Promise<RecordedCall> {
    const { messages, completion, usage, ...use } = valid(inputs.call, given)
    const counts = this.countsOf(usage, { messages, completion })
    const isEstimated = this.isEstimated(usage)
    const [recorded] = await this.#recorder.recordCounted([{ ...use, ...counts, isEstimated }])
    return { ...recorded!, ...counts, isEstimated }
  }

  protected isEstimated(said: TokenCounts | undefined): boolean {
    return said === undefined
  }

  /** What the API said; what can be counted, when it said nothing. */
  protected countsOf(said: TokenCounts | undefined, call: Pick<ModelCall, 'messages' | 'completion'>): TokenCounts {
    return said ?? this.estimate(call)
  }

  protected estimate({ messages, completion }: Pick<ModelCall, 'messages' | 'completion'>): TokenCounts {
    const inMessages = messages.map(({ role, content }) => TOKENS_BY_MESSAGE + this.count(role) + this.count(content))
    return {
      promptTokens: inMessages.reduce((sum, tokens) => sum + tokens, TOKENS_OF_THE_ANSWER),
      completionTokens: this.count(completion),
    }
  }

  protected count(text: string): number {
    return tokensIn(text)
  }
}
