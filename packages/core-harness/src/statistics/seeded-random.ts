const { imul } = Math

/**
 * Numbers from 0 up to 1 that look random and are the same for the same seed: mulberry32 (Tommy Ettinger), whose period of
 * 2^32 is long enough for resampling.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
