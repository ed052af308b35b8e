import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { HISTORY_FORMAT } from '../../src/history/history-format.ts'

/** A folder for one test, removed when it is disposed of. */
export function scratchFolder(): Disposable & { readonly path: string; write(name: string, content: string): string } {
  const path = mkdtempSync(join(tmpdir(), 'proving-ground-history-'))
  return {
    path,
    write(name, content) {
      writeFileSync(join(path, name), content)
      return join(path, name)
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  }
}

export const HEADER = {
  format: HISTORY_FORMAT,
  name: 'bank',
  startedAt: '2026-11-21T05:48:50.123Z',
  seed: 7,
  originNs: '0',
} as const

/** A file of a history. */
export function linesOf(...lines: readonly unknown[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}
