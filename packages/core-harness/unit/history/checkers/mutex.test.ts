import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { HistoryMistakeError } from '../../../src/history/checkers/checker.ts'
import type { CheckResult } from '../../../src/history/checkers/checker.ts'
import { mutex } from '../../../src/history/checkers/mutex.ts'
import type { MutexOptions } from '../../../src/history/checkers/mutex.ts'
import type { Json, Outcome } from '../../../src/history/operation.ts'
import { simulateLock } from '../simulated/lock-service.ts'
import type { LockStrength } from '../simulated/lock-service.ts'
import { written } from '../written.ts'
import type { Written } from '../written.ts'

type Exclusion = MutexOptions['exclusion']

function check(lines: readonly Written[], exclusion: Exclusion = 'strict'): CheckResult {
  return mutex.check(written(...lines), { exclusion })
}

const acquire = (
  process: number,
  fromMs: number,
  toMs: number,
  output: Json = null,
  outcome: Outcome = 'ok',
): Written => ['acquire', null, output, fromMs, toMs, { process, outcome }]
const release = (
  process: number,
  fromMs: number,
  toMs: number,
  outcome: Outcome = 'ok',
  input: Json = null,
): Written => ['release', input, null, fromMs, toMs, { process, outcome }]
const use = (process: number, fromMs: number, toMs: number, input: Json = null, outcome: Outcome = 'ok'): Written => [
  'use',
  input,
  null,
  fromMs,
  toMs,
  { process, outcome },
]
const extend = (
  process: number,
  fromMs: number,
  toMs: number,
  output: Json,
  outcome: Outcome = 'ok',
  input: Json = null,
): Written => ['extend', input, output, fromMs, toMs, { process, outcome }]

const VALID: readonly (readonly [string, readonly Written[]])[] = [
  ['a lock that was promised for no time at all', [acquire(1, 0, 1), acquire(2, 2, 3, { heldForMs: 0 })]],
  [
    'a late release by who held it before, while nobody does',
    [acquire(1, 0, 1, { heldForMs: 1 }), acquire(2, 4, 9), release(1, 5, 6)],
  ],
  [
    'a release by who held it before, that may have come behind that of the holder',
    [acquire(1, 0, 1, { heldForMs: 5 }), acquire(2, 7, 8, { heldForMs: 99 }), release(1, 9, 12), release(2, 10, 11)],
  ],
  ['granted as soon as the release began', [acquire(1, 0, 1), release(1, 2, 5), acquire(2, 0, 3)]],
  ['granted in the nanosecond in which the release began', [acquire(1, 0, 1), release(1, 3, 5), acquire(2, 0, 3)]],
  ['a release of unknown end', [acquire(1, 0, 1), release(1, 2, 3, 'info'), acquire(2, 4, 5)]],
  ['a release that was refused', [acquire(1, 0, 1), release(1, 2, 3, 'fail'), acquire(2, 4, 5)]],
  [
    'an acquire that failed, and one of unknown end',
    [
      acquire(1, 0, 1),
      acquire(2, 2, 3, null, 'fail'),
      acquire(3, 2, 3, null, 'info'),
      release(1, 4, 5),
      acquire(4, 6, 7),
    ],
  ],
  ['the time of the first hold was over', [acquire(1, 0, 1, { heldForMs: 10 }), acquire(2, 5, 11)]],
  ['an extension that was refused', [acquire(1, 0, 1), extend(1, 4, 9, null, 'fail'), acquire(2, 2, 5)]],
  ['who holds acquires again', [acquire(1, 0, 1), acquire(1, 2, 3), release(1, 4, 5), acquire(2, 6, 7)]],
  [
    'an extension with the same token, and then a greater',
    [
      acquire(1, 0, 1, { token: 3 }),
      extend(1, 2, 3, { token: 3 }),
      extend(1, 4, 5, { token: 4 }),
      release(1, 6, 7),
      acquire(2, 8, 9, { token: '9007199254740993' }),
      use(2, 10, 11, { token: '9007199254740993' }),
    ],
  ],
  [
    'tokens of acquires that overlapped, in any order',
    [acquire(1, 0, 6, { token: 2 }), release(1, 7, 8), acquire(2, 5, 9, { token: 1 })],
  ],
  [
    'releases of unknown end and refused ones by who is no holder',
    [
      acquire(1, 0, 1, { token: 1 }),
      release(1, 2, 3),
      acquire(2, 4, 5, { token: 2 }),
      release(1, 6, 7, 'fail'),
      release(3, 6, 7, 'info'),
    ],
  ],
]

test.each(VALID)('%s: one at a time', (_, lines) => {
  expect(check(lines)).toMatchObject({ verdict: 'valid', anomalies: [] })
})

const INVALID: readonly (readonly [string, Exclusion, readonly Written[], RegExp])[] = [
  [
    'overlap',
    'strict',
    [acquire(1, 0, 1), acquire(2, 2, 1_200), release(1, 1_500, 1_600)],
    /^acquire at 1\.200 s \(process 2\) was granted while process 1 held the lock, from 0\.001 s until 1\.500 s$/,
  ],
  ['overlap', 'strict', [acquire(1, 0, 1), acquire(2, 2, 3)], /from 0\.001 s and had not begun to release it$/],
  ['overlap', 'strict', [acquire(1, 0, 1, { heldForMs: 10 }), acquire(2, 2, 10)], /until 0\.011 s$/],
  [
    'overlap',
    'strict',
    [acquire(1, 0, 1, { heldForMs: 5 }), extend(1, 2, 3, { heldForMs: 5 }), acquire(2, 2, 7)],
    /^acquire .* process 1 held the lock, from 0\.003 s until 0\.008 s$/,
  ],
  [
    'overlap',
    'strict',
    [acquire(1, 0, 1), acquire(1, 3, 4), acquire(2, 3, 9), release(1, 10, 11)],
    /from 0\.004 s until 0\.010 s/,
  ],
  [
    'released-by-another',
    'strict',
    [acquire(1, 0, 1, { heldForMs: 5 }), acquire(2, 7, 8), release(1, 9, 10), release(2, 11, 12)],
    /^release at 0\.010 s \(process 1\) was acknowledged, although since acquire at 0\.008 s \(process 2\) it was that process/,
  ],
  [
    'token-reused',
    'at-resource',
    [acquire(1, 0, 1, { token: 7 }), acquire(2, 0, 3, { token: 7 })],
    /^acquire → {token: 7} at 0\.003 s \(process 2\) has the token of acquire → {token: 7} at 0\.001 s \(process 1\)$/,
  ],
  [
    'token-not-growing',
    'at-resource',
    [acquire(1, 0, 1, { token: 7 }), acquire(2, 2, 3, { token: 6 })],
    /^acquire → {token: 6} .* lower than that of acquire → {token: 7} at 0\.001 s \(process 1\), which had ended before it began$/,
  ],
  [
    'token-not-growing',
    'at-resource',
    [acquire(1, 0, 1, { token: '9007199254740994' }), acquire(2, 2, 3, { token: '9007199254740993' })],
    /./,
  ],
  [
    'stale-holder',
    'at-resource',
    [acquire(1, 0, 1, { token: 1 }), acquire(2, 2, 3, { token: 2 }), use(2, 4, 5), use(1, 6, 7)],
    /^use at 0\.007 s \(process 1\) was accepted with token 1, although use at 0\.005 s \(process 2\) .* with token 2 before it began$/,
  ],
  [
    'stale-holder',
    'at-resource',
    [acquire(1, 0, 1), acquire(2, 2, 3), use(2, 4, 5), use(1, 6, 7)],
    /^use at 0\.007 s \(process 1\) was accepted after use at 0\.005 s \(process 2\), although acquire at 0\.001 s \(process 1\) had ended before .*: acquire at 0\.003 s \(process 2\)$/,
  ],
  [
    'stale-release',
    'at-resource',
    [acquire(1, 0, 1, { token: 1 }), acquire(2, 2, 3, { token: 2 }), release(1, 4, 5)],
    /^release at 0\.005 s \(process 1\) was acknowledged with token 1, although acquire → {token: 2} .* granted before it began$/,
  ],
  [
    'stale-release',
    'at-resource',
    [acquire(1, 0, 1, { token: 1 }), extend(1, 2, 3, { token: 2 }), release(1, 4, 5, 'ok', { token: 1 })],
    /although extend → {token: 2}/,
  ],
  [
    'stale-extension',
    'at-resource',
    [acquire(1, 0, 1, { token: 1 }), acquire(2, 2, 3, { token: 2 }), extend(1, 4, 5, { token: 1 })],
    /^extend .* was acknowledged with token 1/,
  ],
]

test.each(INVALID)('%s (%s) is found and told', (kind, exclusion, lines, explanation) => {
  const { verdict, anomalies, counts, counterexample = [] } = check(lines, exclusion)
  expect({ verdict, kinds: anomalies.map((one) => one.kind) }).toEqual({ verdict: 'invalid', kinds: [kind] })
  expect(anomalies[0]?.explanation).toMatch(explanation)
  expect(counts[kind]).toBe(1)
  expect(counterexample.map(({ index }) => index)).toEqual(
    anomalies[0]?.operations.toSorted((one, other) => one - other),
  )
  expect(mutex.check(counterexample, { exclusion }).anomalies.map((one) => one.kind)).toEqual([kind])
})

test('two may believe that they hold it where the resource tells them apart', () => {
  const lines = [
    acquire(1, 0, 1, { token: 1 }),
    acquire(2, 2, 3, { token: 2 }),
    use(1, 4, 5),
    use(2, 4, 6),
    use(1, 7, 8, null, 'fail'),
    use(2, 9, 10, null, 'info'),
  ]
  expect(check(lines, 'at-resource')).toMatchObject({ verdict: 'valid', counts: { accepted: 2, refused: 1, holds: 2 } })
  expect(check(lines, 'strict')).toMatchObject({ verdict: 'invalid', counts: { overlap: 1 } })
})

test('each key is a lock of its own', () => {
  const lines = ['a', 'b'].map((key): Written => ['acquire', null, null, 0, 1, { key }])
  expect(check(lines)).toMatchObject({ verdict: 'unknown', counts: { locks: 2, holds: 2 } })
})

test('a lock that was not contended, or a resource that was not used, is unknown', () => {
  expect(check([acquire(1, 0, 1)]).why).toBe('no lock was granted twice, so that nothing could have gone wrong')
  const unused = [acquire(1, 0, 1), release(1, 2, 3), acquire(2, 4, 5), use(2, 6, 7)]
  expect(check(unused, 'at-resource')).toMatchObject({ verdict: 'unknown', why: /nothing accepted two uses/ })
})

test('of a kind three are shown, and all are counted', () => {
  const { anomalies, counts } = check(Array.from({ length: 9 }, (_, place) => acquire(place, place, place + 1)))
  expect(counts).toMatchObject({ overlap: 8 })
  expect(anomalies).toHaveLength(3)
})

test.each<[Written, RegExp]>([
  [['lock', null, null, 0, 1], /operation 0 \(lock\) is no operation of a lock, nor of what it guards/],
  [acquire(1, 0, 1, { token: 1.5 }), /has the token 1\.5, no whole number/],
  [acquire(1, 0, 1, { token: 'abc' }), /has the token "abc"/],
  [acquire(1, 0, 1, { heldForMs: -1 }), /has heldForMs -1/],
  [acquire(1, 0, 1, { heldForMs: '5' }), /has heldForMs "5"/],
  [acquire(1, 0, 1, 7), /has 7, which is neither null nor an object/],
  [use(1, 0, 1, [3]), /has \[3\]/],
])('a history that is none of a lock is refused: %j', (line, problem) => {
  expect(() => check([line])).toThrow(HistoryMistakeError)
  expect(() => check([line])).toThrow(problem)
})

test('options: exclusion is strict unless told otherwise', () => {
  expect(mutex.options.parse({})).toEqual({ exclusion: 'strict' })
  expect(mutex.options.safeParse({ exclusion: 'none' }).success).toBe(false)
})

const SEEDS = 40

/** Which kinds were found in how many histories. */
function found(strength: LockStrength, exclusion: Exclusion): Record<string, number> {
  const counts: Record<string, number> = {}
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { verdict, anomalies, counterexample = [] } = mutex.check(simulateLock(seed, strength), { exclusion })
    for (const kind of verdict === 'invalid' ? new Set(anomalies.map((one) => one.kind)) : [verdict])
      counts[kind] = (counts[kind] ?? 0) + 1
    if (verdict === 'invalid') expect(mutex.check(counterexample, { exclusion }).verdict).toBe('invalid')
  }
  return counts
}

test.each<[LockStrength, Exclusion, readonly string[]]>([
  ['correct', 'strict', ['valid']],
  ['correct', 'at-resource', ['valid']],
  ['expiring-with-tokens', 'at-resource', ['valid']],
  ['expiring-with-tokens', 'strict', ['valid']],
  ['expiring-without-tokens', 'at-resource', ['stale-holder']],
  ['plain-del', 'strict', ['overlap', 'released-by-another', 'stale-holder']],
  ['expiry-from-first-attempt', 'strict', ['overlap']],
  ['old-handle', 'at-resource', ['stale-holder', 'stale-release']],
  ['forgetful', 'strict', ['token-not-growing', 'stale-release']],
])('a lock that is %s, judged %s, over many seeds: %j', (strength, exclusion, kinds) => {
  const counts = found(strength, exclusion)
  expect([...kinds, 'valid']).toEqual(expect.arrayContaining(Object.keys(counts)))
  for (const kind of kinds) expect(counts[kind]).toBeGreaterThan(kind === 'valid' ? SEEDS - 1 : SEEDS / 2)
})

test('a lock that is handed on in any way, with tokens that grow, is never called invalid', () => {
  const turn = fc.record({
    process: fc.nat(3),
    waits: fc.nat(5),
    holds: fc.nat(5),
    end: fc.constantFrom<Outcome>('ok', 'fail', 'info'),
    uses: fc.nat(2),
  })
  fc.assert(
    fc.property(fc.array(turn, { minLength: 2, maxLength: 20 }), (turns) => {
      let [nowMs, token, retired] = [0, 0, 0]
      const lines = turns.flatMap(({ process, waits, holds, end, uses }): Written[] => {
        const by = process + 4 * retired
        if (end === 'info') retired++
        const [fromMs, grantedMs] = [nowMs, nowMs + waits]
        const used = Array.from({ length: uses }, (_, place) => use(by, grantedMs + place, grantedMs + place + 1))
        nowMs = grantedMs + uses + holds
        return [acquire(by, fromMs, grantedMs, { token: ++token }), ...used, release(by, nowMs, nowMs + 3, end)]
      })
      expect(check(lines).anomalies).toEqual([])
    }),
  )
})
