import { randomUUID } from 'node:crypto'
import { textOf } from '../../answer/completion.ts'
import type { Completion } from '../../answer/completion.ts'
import type { StreamEvent } from '../../delivery/exchange.ts'
import type { Generation } from '../task.ts'
import type { ResponseRequest } from './request.ts'

/** A response of https://platform.openai.com/docs/api-reference/responses/object while it is made, and when it is. */
export class ResponseDraft {
  readonly #request: ResponseRequest
  readonly #generation: Generation
  readonly #choice: Completion
  readonly #id = `resp_${hex()}`
  readonly #createdAtS = Math.floor(Date.now() / 1_000)
  readonly #reasoningId = `rs_${hex()}`
  readonly #itemId: string
  readonly #callId = `call_${hex().slice(0, 24)}`

  constructor(request: ResponseRequest, generation: Generation) {
    this.#request = request
    this.#generation = generation
    this.#choice = generation.choices[0] as Completion
    this.#itemId = `${request.task.forcedTool ? 'fc' : 'msg'}_${hex()}`
  }

  /** The whole response, as it is in the end. */
  finished(): object {
    const isCut = this.#choice.isCutByLength
    return this.#response(isCut ? 'incomplete' : 'completed', {
      output: [...this.#reasoningItems(), this.#item(isCut ? 'incomplete' : 'completed', textOf(this.#choice))],
      usage: responseUsage(this.#generation),
      ...(isCut && { incomplete_details: { reason: 'max_output_tokens' } }),
      ...(!isCut && { completed_at: Math.floor(Date.now() / 1_000) }),
    })
  }

  /** The events of https://platform.openai.com/docs/api-reference/responses-streaming, in their order. */
  *events(): Generator<StreamEvent> {
    let number = 0
    const event = (type: string, members: object, tokens = 0): StreamEvent => ({
      text: `event: ${type}\ndata: ${JSON.stringify({ type, ...members, sequence_number: number++ })}\n\n`,
      tokens,
    })
    const { pieces, reasoningTokens, isCutByLength } = this.#choice
    const begun = this.#response('in_progress', { output: [], usage: null })
    yield event('response.created', { response: begun })
    yield event('response.in_progress', { response: begun })
    for (const item of this.#reasoningItems()) {
      yield event('response.output_item.added', { output_index: 0, item })
      yield event('response.output_item.done', { output_index: 0, item }, reasoningTokens)
    }
    const place = { item_id: this.#itemId, output_index: this.#reasoningItems().length }
    const [text, status] = [textOf(this.#choice), isCutByLength ? 'incomplete' : 'completed']
    yield event('response.output_item.added', { output_index: place.output_index, item: this.#item('in_progress', '') })
    if (this.#request.task.forcedTool) {
      for (const piece of pieces)
        yield event('response.function_call_arguments.delta', { ...place, delta: piece.text }, piece.tokens)
      const { name } = this.#request.task.forcedTool
      yield event('response.function_call_arguments.done', { ...place, name, arguments: text })
    } else {
      const part = { ...place, content_index: 0 }
      yield event('response.content_part.added', { ...part, part: textPart('') })
      for (const piece of pieces)
        yield event('response.output_text.delta', { ...part, delta: piece.text, logprobs: [] }, piece.tokens)
      yield event('response.output_text.done', { ...part, text, logprobs: [] })
      yield event('response.content_part.done', { ...part, part: textPart(text) })
    }
    yield event('response.output_item.done', { output_index: place.output_index, item: this.#item(status, text) })
    yield event(`response.${status}`, { response: this.finished() })
  }

  #response(status: string, members: object): object {
    return {
      id: this.#id,
      object: 'response',
      created_at: this.#createdAtS,
      status,
      background: false,
      error: null,
      incomplete_details: null,
      model: this.#request.task.model,
      ...this.#request.echo,
      ...members,
    }
  }

  #reasoningItems(): readonly object[] {
    return this.#choice.reasoningTokens === 0 ? [] : [{ id: this.#reasoningId, type: 'reasoning', summary: [] }]
  }

  #item(status: string, text: string): object {
    const { forcedTool } = this.#request.task
    if (forcedTool)
      return {
        id: this.#itemId,
        type: 'function_call',
        status,
        call_id: this.#callId,
        name: forcedTool.name,
        arguments: text,
      }
    const content = status === 'in_progress' ? [] : [textPart(text)]
    return { id: this.#itemId, type: 'message', status, role: 'assistant', content }
  }
}

function responseUsage(generation: Generation): object {
  return {
    input_tokens: generation.promptTokens,
    input_tokens_details: { cached_tokens: generation.cachedTokens },
    output_tokens: generation.completionTokens,
    output_tokens_details: { reasoning_tokens: generation.reasoningTokens },
    total_tokens: generation.promptTokens + generation.completionTokens,
  }
}

function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] }
}

function hex(): string {
  return randomUUID().replaceAll('-', '')
}
