import type { Json } from '../../../src/history/operation.ts'
import type { Service } from './service.ts'

/** Documents of three tenants. With the bug a tenant is now and then shown those of the tenant that asked before. */
export function tenantService(bug?: 'leak'): Service {
  const documents = new Map<string, string[]>()
  let before = 'a'
  const tenantOf = (random: () => number): string => 'abc'.charAt(Math.floor(random() * 3))
  return {
    ask(random, asked) {
      const tenant = tenantOf(random)
      return random() < 0.3
        ? { f: 'write', input: { tenant, token: `canary-${asked}` } }
        : { f: 'read', input: { tenant, page: asked } }
    },
    finale: () => [...'abc'].map((tenant) => ({ f: 'read', input: { tenant } })),
    answer({ f, input = null }, random) {
      const { tenant, token } = input as { tenant: string; token: string }
      if (f === 'write') {
        documents.set(tenant, [...(documents.get(tenant) ?? []), token])
        return null
      }
      const shown = bug === 'leak' && random() < 0.2 ? before : tenant
      before = tenant
      return { rows: (documents.get(shown) ?? []).map((text): Json => ({ text: `a note: ${text}.` })) }
    },
  }
}
