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

/** A seed for one of many things that are drawn from one seed: what it draws does not hang on what others drew. */
export function seedOf(seed: number, index: number, purpose: number): number {
  let mixed = (imul(seed | 0, 0x9e3779b1) ^ imul(index + 1, 0x85ebca6b) ^ imul(purpose + 1, 0xc2b2ae35)) | 0
  mixed = imul(mixed ^ (mixed >>> 16), 0x45d9f3b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
