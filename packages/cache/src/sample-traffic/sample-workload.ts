import type { LlmRequest } from '../contract.ts'
import { TOPICS } from './questions.ts'
import type { Topic } from './questions.ts'
import { seededRandom } from '@proving-ground/core-harness/statistics/seeded-random'

/** A request, and the name of its one right answer. */
export interface LabelledRequest {
  readonly request: LlmRequest
  readonly truth: string
}

export interface WorkloadOptions {
  readonly seed: number
  readonly requests: number
  /** Exponent of Zipf's law for how popular a question is; about 1 for what people ask. */
  readonly skew: number
  /** Share of askers who use the common words; of the others, most frame them and some find words of their own. */
  readonly canonicalShare: number
}

export const SAMPLE_WORKLOAD: WorkloadOptions = { seed: 20_260_301, requests: 300, skew: 1, canonicalShare: 0.3 }

/** What people put around a question. Some of it no cache can be expected to see through. */
const FRAMES: readonly ((question: string) => string)[] = [
  (question) => question.toLowerCase().replace(/\?$/, ''),
  (question) => `${question.replace(/\?$/, '')}, please?`,
  (question) => `Hi! ${question}`,
  (question) => `Hello there, ${lowerFirst(question)}`,
  (question) => `${question} Thanks!`,
  (question) => question.replace(/^How do I/, 'How can we').replace(/^What is/, "What's"),
  (question) =>
    question.replace(/^How do I/, 'Please tell me how I can').replace(/^When does/, 'I would like to know when does'),
  (question) => `Urgent: ${lowerFirst(question)}`,
  (question) => `A customer asks: ${question}`,
]

/** Who asks, of which model. The shares are of all requests. */
const SCOPES: readonly (Partial<LlmRequest> & { readonly share: number })[] = [
  { share: 0.5, tenant: 'acme', model: 'gpt-4o-mini' },
  { share: 0.3, tenant: 'globex', model: 'gpt-4o-mini' },
  { share: 0.2, tenant: 'acme', model: 'gpt-4o' },
]

/**
 * The requests of a support assistant in a SaaS product: few questions make up most of the traffic (Breslau et al. 1999,
 * "Web Caching and Zipf-like Distributions"), people put the same question in other words, and every question has near
 * misses that look like it and have another right answer. The same options give the same requests.
 */
export function sampleWorkload(options: WorkloadOptions): LabelledRequest[] {
  const random = seededRandom(options.seed)
  const questions = shuffle(TOPICS.flatMap(questionsOf), random)
  const weights = questions.map((_, rank) => 1 / (rank + 1) ** options.skew)
  return Array.from({ length: options.requests }, () => {
    const scope = pick(
      SCOPES,
      SCOPES.map(({ share }) => share),
      random,
    )
    const { canonical, otherWords } = pick(questions, weights, random)
    const [tenant, model] = [scope.tenant!, scope.model!]
    const request: LlmRequest = {
      tenant,
      model,
      temperature: 0,
      systemPrompt: 'You are the support assistant of a product.',
      tools: [],
      prompt: wordingOf(canonical, otherWords, options.canonicalShare, random),
    }
    return { request, truth: `the answer of ${model} to ${tenant}: ${canonical}` }
  })
}

function questionsOf({
  canonical,
  otherWords,
  nearMisses,
}: Topic): { canonical: string; otherWords: readonly string[] }[] {
  return [{ canonical, otherWords }, ...nearMisses.map((nearMiss) => ({ canonical: nearMiss, otherWords: [] }))]
}

function wordingOf(
  canonical: string,
  otherWords: readonly string[],
  canonicalShare: number,
  random: () => number,
): string {
  if (random() < canonicalShare) return canonical
  const own = otherWords[Math.floor(random() * 3)]
  return own ?? FRAMES[Math.floor(random() * FRAMES.length)]!(canonical)
}

/** One of the items, each as often as its weight says. */
function pick<Item>(items: readonly Item[], weights: readonly number[], random: () => number): Item {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [index, item] of items.entries()) {
    left -= weights[index]!
    if (left < 0) return item
  }
  return items.at(-1)!
}

/** Fisher and Yates' shuffle, of a copy. */
function shuffle<Item>(items: readonly Item[], random: () => number): Item[] {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!]
  }
  return shuffled
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
