import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { cyclesOf } from '../../../src/history/isolation/cycles.ts'
import { GraphBuilder, ONWARD, REALTIME, RW, WR, WW, at } from '../../../src/history/isolation/graph.ts'
import type { Graph } from '../../../src/history/isolation/graph.ts'

/** The search against an enumeration of all cycles, on small graphs. */
const TRANSACTIONS = 5

/** Edges between transactions, and some by way of a node that stands for what is not known. */
function graphs(...types: readonly number[]): fc.Arbitrary<Graph> {
  const node = fc.nat(TRANSACTIONS - 1)
  const edge = fc.tuple(node, node, fc.constantFrom(...types)).filter(([from, to]) => from !== to)
  const before = fc.uniqueArray(fc.tuple(fc.constantFrom(0, 1, 2), fc.constantFrom(...types)), { maxLength: 3 })
  const after = fc.uniqueArray(fc.constantFrom(3, 4), { maxLength: 2 })
  return fc.tuple(fc.array(edge, { maxLength: 12 }), before, after).map(([edges, from, to]) => {
    const builder = new GraphBuilder(TRANSACTIONS + 1)
    for (const [source, target, type] of edges) builder.add(source, target, type)
    for (const [source, type] of from) builder.add(source, TRANSACTIONS, type)
    for (const target of to) builder.add(TRANSACTIONS, target, ONWARD)
    return builder.build()
  })
}

/** The types of the edges of every cycle that passes no node twice. */
function allCycles(graph: Graph): number[][] {
  const cycles: number[][] = []
  const edges = [...graph.sources.keys()]
  const walk = (start: number, node: number, passed: readonly number[], types: readonly number[]): void => {
    for (const edge of edges) {
      const [source, target, type] = [at(graph.sources, edge), at(graph.targets, edge), at(graph.types, edge)]
      if (source !== node || target < start || passed.includes(target)) continue
      if (target === start) cycles.push([...types, type].filter((one) => one !== ONWARD))
      else walk(start, target, [...passed, target], [...types, type])
    }
  }
  for (let start = 0; start < graph.nodes; start++) walk(start, start, [], [])
  return cycles
}

/** How grave a cycle is: 0 for G0 to 4 for G2-item; by definition, and not as the search has it. */
function gravity(types: readonly number[]): number {
  const readWrites = types.filter((type) => type === RW).length
  if (readWrites === 0) return types.includes(WR) ? 1 : 0
  if (readWrites === 1) return 2
  return types.some((type, place) => type === RW && types[(place + 1) % types.length] === RW) ? 4 : 3
}

const NAMES = ['G0', 'G1c', 'G-single', 'G-nonadjacent', 'G2-item']

function typesOf(graph: Graph, edges: readonly number[]): number[] {
  return edges.map((edge) => at(graph.types, edge)).filter((type) => type !== ONWARD)
}

test('what is found is a cycle that passes no node twice, of the kind that it is called', () => {
  fc.assert(
    fc.property(graphs(WW, WR, RW, REALTIME), (graph) => {
      const told = new Set<string>()
      for (const { kind, edges } of cyclesOf(graph)) {
        const sources = edges.map((edge) => at(graph.sources, edge))
        const targets = edges.map((edge) => at(graph.targets, edge))
        expect(targets).toEqual([...sources.slice(1), sources[0]])
        expect(new Set(sources).size).toBe(sources.length)
        const identity = `${kind} ${sources.join()}`
        expect(told).not.toContain(identity)
        told.add(identity)
        const types = typesOf(graph, edges)
        const name = NAMES[gravity(types)]
        expect(kind).toBe(types.includes(REALTIME) ? `${name}-realtime` : name)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('whether there is a cycle of a kind, or of a graver one, is decided exactly', () => {
  fc.assert(
    fc.property(graphs(WW, WR, RW), (graph) => {
      const gravest = (all: readonly (readonly number[])[]): number => Math.min(...all.map(gravity))
      const found = cyclesOf(graph).map(({ edges }) => typesOf(graph, edges))
      expect(gravest(found)).toBe(gravest(allCycles(graph)))
    }),
    { numRuns: 5_000 },
  )
})

test('with edges of time a cycle is found where there is one', () => {
  fc.assert(
    fc.property(graphs(WW, RW, REALTIME), (graph) => {
      const all = allCycles(graph).filter((types) => types.some((type) => type !== REALTIME))
      expect(cyclesOf(graph).length > 0).toBe(all.length > 0)
    }),
    { numRuns: 3_000 },
  )
})

test('a cycle is found however long it is', () => {
  for (const [closing, kind] of [
    [WW, 'G0'],
    [WR, 'G1c'],
    [RW, 'G-single'],
  ] as const) {
    const builder = new GraphBuilder(5_000)
    for (let node = 1; node < builder.nodes; node++) builder.add(node - 1, node, WW)
    builder.add(builder.nodes - 1, 0, closing)
    const cycles = cyclesOf(builder.build())
    expect(cycles.map((cycle) => [cycle.kind, cycle.edges.length])).toEqual([[kind, 5_000]])
  }
})
