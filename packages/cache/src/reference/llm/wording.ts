/** How English asks for the same thing: openings and closings that say nothing of what is asked. Applied in order. */
const FRAMING: readonly (readonly [RegExp, string])[] = [
  [/^(hi|hello|hey)( there| all| team)? /, ''],
  [/^quick question /, ''],
  [/^please /, ''],
  [
    /^(can|could|would|will) you (please |kindly )?(tell|show|explain to) me (?=how|what|where|when|why|which|who|if )/,
    '',
  ],
  [/^(please )?(tell|show) me (?=how|what|where|when|why|which|who|if )/, ''],
  [/^(i am|i'm|i was) (trying to find out|wondering) /, ''],
  [/^(i|we) (want|need|would like|wish) to (know|understand|find out|learn) /, ''],
  [/^(i'd|we'd) like to (know|understand|find out|learn) /, ''],
  [/^(do|would) you know /, ''],
  [/( please| kindly| thanks| thank you| thx| cheers)(( so much| a lot| very much| in advance)?)$/, ''],
  [/^(what is|what's|whats) the (way|procedure|process) (to|for) /, 'how '],
  [/^what are the steps (to|for) /, 'how '],
  [/\bhow (do|can|could|should|would|might) (i|we|you|one) /, 'how '],
  [/\bhow (i|we|you|one) (can|could|should|would|might) /, 'how '],
  [/\bhow to /, 'how '],
  [/\b(what's|whats) /, 'what '],
]

/** Words that may come and go without another answer becoming right. */
const FILLERS = new Set(
  (
    'a an the my our your i we you me us is are am do does please kindly just really actually exactly simply ' +
    'basically'
  ).split(' '),
)

/**
 * The words of a prompt that its answer hangs on, in order: in lower case, without framing, fillers and the plural
 * "s". Symbols stay ("C++" is not "C#"). Words are turned round to the least rotation when there are more than two, so
 * that a clause may stand at the front or at the end, but two words may not change places ("a viewer invites an editor").
 */
export function wordingOf(prompt: string): string[] {
  let text = prompt
    .normalize('NFKC')
    .replaceAll(/[\u2018\u2019]/g, "'")
    .split(/\s+/)
    .map(trimPunctuation)
    .map(toLowerCase)
    .filter((word) => word !== '')
    .join(' ')
  for (const [pattern, replacement] of FRAMING) text = text.replace(pattern, replacement)
  return leastRotation(
    text
      .split(' ')
      .filter((word) => word !== '' && !FILLERS.has(word))
      .map(toSingular),
  )
}

/** Removes the punctuation of sentences from the ends of a word; what stands inside or before it ("0.5", "-v") stays. */
function trimPunctuation(word: string): string {
  return word.replace(/^["'([{\u201c\u00ab]+/, '').replace(/["')\]}\u201d\u00bb.,;:!?\u2026]+$/, '')
}

/** In lower case, but for acronyms that would read like a filler ("US", "AM"). */
function toLowerCase(word: string): string {
  const lower = word.toLowerCase()
  return FILLERS.has(lower) && /^\p{Lu}{2,}$/u.test(word) ? word : lower
}

function toSingular(word: string): string {
  const bare = word.replace(/'s$/, '')
  return bare.length > 3 && /[^siu]s$/.test(bare) ? bare.slice(0, -1) : bare
}

/** The rotation of a list that sorts first; lists of one or two words stay as they are. */
export function leastRotation(words: string[]): string[] {
  if (words.length <= 2) return words
  let best = words
  for (let start = 1; start < words.length; start++) {
    const rotated = [...words.slice(start), ...words.slice(0, start)]
    if (comesBefore(rotated, best)) best = rotated
  }
  return best
}

function comesBefore(a: readonly string[], b: readonly string[]): boolean {
  for (let index = 0; index < a.length; index++) {
    if (a[index]! !== b[index]!) return a[index]! < b[index]!
  }
  return false
}
