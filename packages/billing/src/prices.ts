import { TIERS } from './contract.ts'
import type { Price, Tier } from './contract.ts'

/** Of the list price. A higher tier pays less for a token, and has more of them included. */
const TERMS: Readonly<Record<Tier, { readonly percent: number; readonly included: number }>> = {
  free: { percent: 100, included: 10_000 },
  early: { percent: 100, included: 100_000 },
  mid: { percent: 90, included: 1_000_000 },
  enterprise: { percent: 75, included: 10_000_000 },
}

/** Minor units for a million tokens: prompt, completion. Made up, in the order of what such models cost. */
const LIST = { 'gpt-4o': [250, 1_000], 'gpt-4o-mini': [15, 60], 'text-embedding-3-small': [2, 0] } as const

/** What models cost unless a service is opened with prices of its own. */
export const PRICES: readonly Price[] = Object.entries(LIST).flatMap(([model, [prompt, completion]]) =>
  TIERS.map((tier) => ({
    model,
    tier,
    // Up, to whole minor units: this is a list that is published, and no rounding of anybody's bill.
    promptMinorPerMillion: Math.ceil((prompt * TERMS[tier].percent) / 100),
    completionMinorPerMillion: Math.ceil((completion * TERMS[tier].percent) / 100),
    includedPromptTokens: TERMS[tier].included,
    includedCompletionTokens: TERMS[tier].included / 5,
  })),
)
