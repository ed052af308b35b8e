import type { Element } from './transaction.ts'

const SHOWN = 8
const SHOWN_FIRST = 2

/** `[1 2 3]`; of a long list its beginning and its end: `[1 2 … 7 8 9 10 11 12]`. */
export function listText(elements: readonly Element[]): string {
  if (elements.length <= SHOWN) return `[${elements.join(' ')}]`
  const last = elements.slice(SHOWN_FIRST - SHOWN)
  return `[${[...elements.slice(0, SHOWN_FIRST), '…', ...last].join(' ')}]`
}
