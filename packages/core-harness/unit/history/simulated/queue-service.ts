import type { Json } from '../../../src/history/operation.ts'
import type { Service } from './service.ts'

export type QueueBug = 'lost' | 'unexpected' | 'duplicate'

/** A queue in any order. With a bug it forgets, delivers what it refused, or delivers again. */
export function queueService(bug?: QueueBug): Service {
  const held: Json[] = []
  return {
    ask: (random, asked) => (random() < 0.6 ? { f: 'enqueue', input: asked } : { f: 'dequeue' }),
    finale: () => [{ f: 'drain' }],
    answer({ f, input = null }, random) {
      if (f === 'drain') return held.splice(0)
      if (f === 'dequeue') {
        const place = Math.floor(random() * held.length)
        if (bug === 'duplicate' && random() < 0.3) return held[place] ?? null
        return held.splice(place, 1)[0] ?? null
      }
      const isRefused = random() < 0.1
      if (bug === 'lost' && random() < 0.2) return null
      if (bug === 'unexpected' || !isRefused) held.push(input)
      return isRefused ? undefined : null
    },
  }
}
