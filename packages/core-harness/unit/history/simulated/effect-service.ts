import type { Json } from '../../../src/history/operation.ts'
import type { Request, Service } from './service.ts'

export type EffectBug =
  'duplicate-effect' | 'conflict-accepted' | 'conflict-replayed' | 'lost-effect' | 'shared-effect' | 'unexpected-effect'

interface Made {
  readonly idempotencyKey: number
  readonly effect: number
  readonly parameters: number
  readonly isLost: boolean
}

/** A service that brings about one effect for each idempotency key, unless it has a bug. */
export function effectService(bug?: EffectBug): Service {
  const effects: Made[] = []

  function make(asked: Pick<Made, 'idempotencyKey' | 'parameters'>, effect = effects.length, isLost = false): Json {
    effects.push({ ...asked, effect, isLost })
    return { effect }
  }

  return {
    ask: (random) => ({
      f: 'request',
      input: { idempotencyKey: Math.floor(random() * 15), parameters: random() < 0.8 ? 10 : 20 },
    }),
    finale: () => [{ f: 'effects' }],
    answer({ f, input }: Request, random) {
      if (f === 'effects')
        return effects.filter(({ isLost }) => !isLost).map(({ idempotencyKey, effect }) => ({ idempotencyKey, effect }))
      const asked = input as Pick<Made, 'idempotencyKey' | 'parameters'>
      const known = effects.find(({ idempotencyKey }) => idempotencyKey === asked.idempotencyKey)
      if (known === undefined) {
        const [newest] = effects.slice(-1)
        if (bug === 'shared-effect' && newest !== undefined && random() < 0.2) return make(asked, newest.effect)
        if (bug === 'unexpected-effect' && random() < 0.5) {
          make({ ...asked, idempotencyKey: 100 + asked.idempotencyKey })
          return undefined
        }
        return make(asked, effects.length, bug === 'lost-effect' && random() < 0.3)
      }
      if (known.parameters !== asked.parameters) {
        if (bug === 'conflict-accepted') return make(asked)
        return bug === 'conflict-replayed' ? { effect: known.effect } : undefined
      }
      return bug === 'duplicate-effect' && random() < 0.3 ? make(asked) : { effect: known.effect }
    },
  }
}
