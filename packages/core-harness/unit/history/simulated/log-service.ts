import type { Json } from '../../../src/history/operation.ts'
import type { Service } from './service.ts'

export type LogBug = 'gap' | 'inversion' | 'redelivery' | 'unexpected'

/** Messages of two keys, each delivered in its order. With a bug it leaves out, reorders, repeats, or delivers what it refused. */
export function logService(bug?: LogBug): Service {
  const lanes = new Map<string, Json[]>([
    ['a', []],
    ['b', []],
  ])
  const taken: Json[] = []
  const keyOf = (random: () => number): string => (random() < 0.5 ? 'a' : 'b')
  return {
    ask: (random, asked) =>
      random() < 0.5 ? { f: 'produce', key: keyOf(random), input: asked } : { f: 'consume', input: keyOf(random) },
    finale: () => [...'ab'].flatMap((key) => Array.from({ length: 60 }, () => ({ f: 'consume', input: key }))),
    answer({ f, key = '', input = null }, random) {
      if (f === 'consume') {
        const lane = lanes.get(input as string) ?? []
        if (bug === 'redelivery' && taken.length > 0 && random() < 0.3)
          return taken[Math.floor(random() * taken.length)] ?? null
        if (bug === 'gap' && lane.length > 1 && random() < 0.5) lane.shift()
        if (bug === 'inversion' && random() < 0.5) lane.push(...lane.splice(0, 1))
        const found = lane.splice(0, random() < 0.5 ? 1 : 3).map((value) => ({ key: input, value }))
        taken.push(...found)
        return found
      }
      const isRefused = random() < 0.1
      if (bug === 'unexpected' || !isRefused) lanes.get(key)?.push(input)
      return isRefused ? undefined : null
    },
  }
}
