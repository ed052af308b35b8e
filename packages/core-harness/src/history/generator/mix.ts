import type { Generator, GeneratorContext } from './generator.ts'

interface Share {
  /** How often it is chosen, against the weights of the others. */
  readonly weight: number
  readonly generator: Generator
}

/** By chance one of several generators. One that has nothing to do now leaves its place to the others. */
export function mix(shares: readonly Share[]): Generator {
  return {
    step(context) {
      let live = shares
      let waitUntilNs = Infinity
      for (let asked = shares; asked.length > 0;) {
        const share = draw(asked, context)
        asked = asked.filter((other) => other !== share)
        const step = share.generator.step(context)
        if (step === 'done') live = live.filter((other) => other !== share)
        else if ('waitUntilNs' in step) waitUntilNs = Math.min(waitUntilNs, step.waitUntilNs)
        else {
          const changed = live.map((other) => (other === share ? { ...share, generator: step.next } : other))
          return { request: step.request, next: mix(changed) }
        }
      }
      return live.length === 0 ? 'done' : { waitUntilNs }
    },
  }
}

function draw(shares: readonly Share[], context: GeneratorContext): Share {
  let drawn = context.random() * shares.reduce((total, { weight }) => total + weight, 0)
  const found = shares.find(({ weight }) => (drawn -= weight) < 0)
  return found ?? (shares.at(-1) as Share) // Sums of fractions may miss the end by a bit.
}
