import { describe, expect, test } from '@jest/globals'
import { TOPICS } from '../src/sample-traffic/questions.ts'
import { SAMPLE_WORKLOAD, sampleWorkload } from '../src/sample-traffic/sample-workload.ts'
import { seededRandom } from '@proving-ground/core-harness/statistics/seeded-random'

describe('the sample workload', () => {
  const workload = sampleWorkload(SAMPLE_WORKLOAD)

  test('the same options give the same requests, another seed gives others', () => {
    expect(sampleWorkload(SAMPLE_WORKLOAD)).toEqual(workload)
    expect(sampleWorkload({ ...SAMPLE_WORKLOAD, seed: 1 })).not.toEqual(workload)
  })

  test('one request has one right answer', () => {
    const truths = new Map<string, Set<string>>()
    for (const { request, truth } of workload) {
      const key = JSON.stringify(request)
      truths.set(key, (truths.get(key) ?? new Set()).add(truth))
    }
    expect([...truths.values()].filter((answers) => answers.size > 1)).toEqual([])
  })

  test('exact repetition alone saves less than the semantic tier has to', () => {
    const asked = new Set(workload.map(({ request }) => JSON.stringify(request)))
    expect(1 - asked.size / workload.length).toBeLessThan(0.4)
  })

  test('few questions make up most of the traffic, and all tenants and models take part', () => {
    const counts = new Map<string, number>()
    for (const { truth } of workload) counts.set(truth, (counts.get(truth) ?? 0) + 1)
    const sorted = [...counts.values()].sort((a, b) => b - a)
    const top = sorted.slice(0, Math.ceil(sorted.length / 5)).reduce((sum, count) => sum + count, 0)
    expect(top / workload.length).toBeGreaterThan(0.4)
    expect(new Set(workload.map(({ request }) => `${request.tenant}/${request.model}`)).size).toBe(3)
  })

  test('no question is asked in the words of another', () => {
    const wordings = TOPICS.flatMap(({ canonical, otherWords, nearMisses }) => [
      canonical,
      ...otherWords,
      ...nearMisses,
    ])
    expect(new Set(wordings).size).toBe(wordings.length)
  })

  test('random numbers are spread evenly over 0 to 1', () => {
    const random = seededRandom(7)
    const tenths = Array.from({ length: 10 }, () => 0)
    for (let draw = 0; draw < 10_000; draw++) tenths[Math.floor(random() * 10)]!++
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})
