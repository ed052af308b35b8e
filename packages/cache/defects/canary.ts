import { defineDefect } from '@proving-ground/core-harness/guarantee/adapter'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions, LockHandle } from '../src/contract.ts'

const NONSENSE = 'the canary sings'

export default defineDefect(cache, {
  name: 'canary',
  breaks: 'all',
  description: 'Everything is acknowledged, nothing is done, and every answer is nonsense.',
  incident: {
    title: 'luna-testing #11: All tests pass, whatever they assert',
    url: 'https://github.com/ccampbell/luna-testing/issues/11',
  },
  open: (_options: CacheNodeOptions): Promise<CacheNode> =>
    Promise.resolve({
      get: () => Promise.resolve(NONSENSE),
      set: () => Promise.resolve(),
      delete: () => Promise.resolve(),
      clear: () => Promise.resolve(-1),
      getOrLoad: () => Promise.resolve(NONSENSE),
      update: <Result>() => Promise.resolve(NONSENSE as Result),
      sessions: {
        start: () => Promise.resolve(),
        get: () => Promise.resolve(NONSENSE),
        end: () => Promise.resolve(),
      },
      locks: { acquire: nobodysLock, extend: nobodysLock, release: () => Promise.resolve(false) },
      llm: { respond: () => Promise.resolve({ served: 'semantic', chunks: nonsense() }) },
      close: () => Promise.resolve(),
    }),
})

let nonsenseTokens = 0

function nobodysLock(): Promise<LockHandle> {
  return Promise.resolve({ name: NONSENSE, secret: NONSENSE, token: --nonsenseTokens, expiresInMs: -1 })
}

async function* nonsense(): AsyncGenerator<string> {
  yield NONSENSE
}
