import { expect, test } from '@jest/globals'

import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import { linearizable } from '../../../src/history/checkers/linearizable.ts'
import { written } from '../written.ts'
import type { Written } from '../written.ts'

/** Who is unknown, or failed. */
const [INFO, FAIL] = [{ outcome: 'info' }, { outcome: 'fail' }] as const

function check(model: string, lines: readonly Written[]): CheckResult {
  return linearizable.check(written(...lines), linearizable.options.parse({ model }))
}

const INVALID: readonly (readonly [kind: string, model: string, lines: readonly Written[], explanation: RegExp])[] = [
  [
    'stale-read',
    'register',
    [
      ['write', 7, null, 0, 1],
      ['write', 9, null, 11_990, 11_998],
      ['read', null, 7, 12_000, 12_031],
    ],
    /^read → 7 at 12\.031 s \(process 2\), although write 9 at 11\.998 s \(process 1\) had ended before, and nothing wrote 7 after that had begun; without it they fit as: write 7, write 9; then the object holds 9$/,
  ],
  [
    'stale-read',
    'cas-register',
    [
      ['write', 1, null, 0, 1],
      ['cas', [1, 2], null, 2, 3],
      ['read', null, 1, 4, 5],
    ],
    /although cas \[1 2\] at 0\.003 s/,
  ],
  [
    'read-goes-back',
    'register',
    [
      ['write', 1, null, 0, 1],
      ['write', 2, null, 2, 20],
      ['read', null, 2, 3, 4],
      ['read', null, 1, 5, 6],
    ],
    /^read → 1 at 0\.006 s \(process 3\), although read → 2 at 0\.004 s \(process 2\) had ended before/,
  ],
  [
    'read-goes-back',
    'register',
    [
      ['write', 2, null, 2, 20, INFO],
      ['read', null, 2, 3, 4],
      ['read', null, null, 5, 6],
    ],
    /nothing wrote null after that/,
  ],
  [
    'never-written',
    'register',
    [
      ['write', 1, null, 0, 1],
      ['read', null, 3, 2, 3],
    ],
    /^read → 3 at 0\.003 s \(process 1\), although nothing had written that$/,
  ],
  [
    'never-written',
    'register',
    [
      ['read', null, 3, 2, 3],
      ['write', 3, null, 4, 5],
    ],
    /although nothing had written that$/,
  ],
  [
    'aborted-read',
    'register',
    [
      ['write', 1, null, 0, 1],
      ['write', 3, null, 2, 3, FAIL],
      ['read', null, 3, 4, 5],
    ],
    /only write 3 at 0\.003 s \(process 1\) would have written that, and failed/,
  ],
  [
    'aborted-read',
    'cas-register',
    [
      ['cas', [null, 3], null, 2, 3, FAIL],
      ['read', null, 3, 4, 5],
    ],
    /only cas \[null 3\]/,
  ],
  [
    'lost-update',
    'cas-register',
    [
      ['write', 1, null, 0, 1],
      ['cas', [1, 2], null, 2, 5],
      ['cas', [1, 3], null, 3, 6],
    ],
    /^cas \[1 3\] .* although cas \[1 2\] .* show that 1 had been replaced, which was there only once/,
  ],
  [
    'not-linearizable',
    'cas-register',
    [
      ['write', 1, null, 0, 1],
      ['cas', [1, 2], false, 2, 3],
    ],
    /^cas \[1 2\] → false .*which no order with the 1 others that had begun by then explains; without it/,
  ],
  [
    'stale-read',
    'map',
    [
      ['put', 1, null, 0, 1, { key: 'x' }],
      ['delete', null, null, 2, 3, { key: 'x' }],
      ['get', null, 1, 4, 5, { key: 'x' }],
    ],
    /^get x → 1 .* although delete x .*; then x holds null$/,
  ],
  [
    'not-linearizable',
    'map',
    [
      ['put', 1, null, 0, 1, { key: 'y' }],
      ['delete', null, true, 2, 3, { key: 'x' }],
    ],
    /^delete x → true/,
  ],
  [
    'two-holders',
    'mutex',
    [
      ['acquire', null, null, 0, 1],
      ['acquire', null, null, 0, 2],
    ],
    /^acquire at 0\.002 s \(process 1\), although acquire at 0\.001 s \(process 0\) held it, and nobody had begun/,
  ],
  [
    'two-holders',
    'mutex',
    [
      ['acquire', null, null, 0, 1],
      ['release', null, null, 2, 3],
      ['acquire', null, null, 4, 5],
      ['acquire', null, null, 6, 7],
    ],
    /of 2 only 1 had begun to release it/,
  ],
  ['release-of-free', 'mutex', [['release', null, null, 0, 1]], /although nobody held it/],
  [
    'duplicate',
    'fifo-queue',
    [
      ['enqueue', 'a', null, 0, 1],
      ['dequeue', null, 'a', 2, 4],
      ['dequeue', null, 'a', 3, 5],
    ],
    /^dequeue → "a" at 0\.005 s .* although dequeue → "a" at 0\.004 s \(process 1\) got it too, and it was added only once/,
  ],
  [
    'fifo-inversion',
    'fifo-queue',
    [
      ['enqueue', 'a', null, 0, 1],
      ['enqueue', 'b', null, 2, 3],
      ['dequeue', null, 'b', 4, 5],
      ['dequeue', null, 'a', 6, 7],
    ],
    /^dequeue → "b" .* although enqueue "a" at 0\.001 s .* then the object holds "a", "b"$/,
  ],
  [
    'false-empty',
    'fifo-queue',
    [
      ['enqueue', 'a', null, 0, 1],
      ['dequeue', null, null, 2, 3],
    ],
    /^dequeue → null at 0\.003 s .* although enqueue "a" at 0\.001 s .* nobody had taken that element/,
  ],
  ['never-enqueued', 'fifo-queue', [['dequeue', null, 'a', 2, 3]], /although nobody had added it$/],
  [
    'aborted-enqueue',
    'fifo-queue',
    [
      ['enqueue', 'a', null, 0, 1, FAIL],
      ['dequeue', null, 'a', 2, 3],
    ],
    /only enqueue "a" .* would have added it, and failed/,
  ],
]

test.each(INVALID)('%s of a %s is found and told', (kind, model, lines, explanation) => {
  const { verdict, anomalies, counts, counterexample } = check(model, lines)
  expect({ verdict, kinds: anomalies.map((one) => one.kind) }).toEqual({ verdict: 'invalid', kinds: [kind] })
  expect(anomalies[0]?.explanation).toMatch(explanation)
  expect(counts).toMatchObject({ invalidKeys: 1, [kind]: 1 })
  expect(counterexample?.map(({ index }) => index)).toEqual(
    expect.arrayContaining([...(anomalies[0]?.operations ?? [])]),
  )
})
