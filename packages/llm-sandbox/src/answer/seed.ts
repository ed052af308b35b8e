import { createHash } from 'node:crypto'

/** A seed of 32 bits from anything that is JSON. */
export function seedOf(...parts: readonly unknown[]): number {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readUInt32LE(0)
}
