/** Each of these words, with a space before it, is one token of o200k_base; so is the first word of a text without one. */
export const WORDS = {
  determiners: 'the a this that each every some one another its their our',
  adjectives:
    'small large quiet early late simple clear common local open steady careful recent useful long short bright warm new old',
  nouns:
    'service system request answer value result record order account balance report number table client server network signal market price index window team project plan process message channel library method model figure measure sample season river garden mountain village teacher student journey morning evening weather history machine engine bridge letter picture colour',
  verbs:
    'shows keeps finds gives takes holds makes moves reads writes sends brings follows explains describes supports reaches remains becomes covers',
  links: 'with from into over under after before between near through without across beyond during',
  adverbs: 'often always rarely usually slowly quickly again together still also',
} as const

type Kind = keyof typeof WORDS

const LISTS = Object.fromEntries(Object.entries(WORDS).map(([kind, words]) => [kind, words.split(' ')])) as Record<
  Kind,
  string[]
>

const PATTERNS: readonly (readonly Kind[])[] = [
  ['determiners', 'adjectives', 'nouns', 'verbs', 'determiners', 'nouns'],
  ['determiners', 'nouns', 'adverbs', 'verbs', 'determiners', 'adjectives', 'nouns'],
  ['determiners', 'nouns', 'verbs', 'determiners', 'nouns', 'links', 'determiners', 'adjectives', 'nouns'],
  ['determiners', 'adjectives', 'nouns', 'links', 'determiners', 'nouns', 'verbs', 'determiners', 'nouns'],
]

/**
 * Sentences of English words that mean nothing, without end. Each piece is exactly one token of o200k_base, in whatever
 * beginning of the text it stands, so that the length of an answer in tokens is known before it is written.
 *
 * @param random from 0 up to 1
 */
export function* sentencePieces(random: () => number): Generator<string, never> {
  const oneOf = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value
  for (let isFirst = true; ; isFirst = false) {
    for (const [at, kind] of oneOf(PATTERNS).entries()) {
      const word = oneOf(LISTS[kind])
      const written = at === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word
      yield isFirst && at === 0 ? written : ` ${written}`
    }
    yield '.'
  }
}
