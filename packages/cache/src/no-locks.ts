import type { LockService } from './contract.ts'
import { NotSupportedError } from './not-supported-error.ts'

/** For adapters that do not offer locks. */
export function noLocks(library: string): LockService {
  const refuse = (): Promise<never> =>
    Promise.reject(new NotSupportedError(library, 'lock', 'it has no such operation'))
  return { acquire: refuse, extend: refuse, release: refuse }
}
