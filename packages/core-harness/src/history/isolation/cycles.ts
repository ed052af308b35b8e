import { componentsOf } from './components.ts'
import { ONWARD, REALTIME, RW, WR, WW, at, withoutAdjacentReadWrites } from './graph.ts'
import type { Graph } from './graph.ts'
import { PathFinder } from './path-finder.ts'

/** Cycles by their read-write edges: none (all of them write-write, or not), one, many none of which are neighbours, many. */
export type CycleKind = 'G0' | 'G1c' | 'G-single' | 'G-nonadjacent' | 'G2-item' | `${string}-realtime`

export interface Cycle {
  readonly kind: CycleKind
  /** Each begins where the one before ends, and the first where the last ends. */
  readonly edges: readonly number[]
}

/** How many edges one search for a shorter or a further cycle may look at, and all of one kind together. */
const EFFORT_PER_SEARCH = 2_000
const EFFORT_PER_KIND = 10_000_000

/** Cycles of one kind are closed by an edge of one type, which a path over the allowed ones leads back along. */
interface Level {
  readonly graph: Graph
  readonly closing: number
  readonly allowed: number
}

/**
 * Cycles in the order of their gravity. Whether there is one of a kind, or of a graver one, is decided exactly and in linear time,
 * by components; which and how many are found is a matter of effort, which is bounded. A cycle without real-time edges is
 * not told again with them.
 */
export function cyclesOf(graph: Graph): Cycle[] {
  const all = WW | WR | RW | REALTIME | ONWARD
  if (!componentsOf(graph, all).hasCycle) return []
  const nonAdjacent = withoutAdjacentReadWrites(graph)
  const found = new Cycles(graph)
  for (const time of graph.types.includes(REALTIME) ? [0, REALTIME] : [0]) {
    const committed = WW | WR | time
    found.search({ graph, closing: WW, allowed: WW | time })
    found.search({ graph, closing: WR, allowed: committed })
    found.search({ graph: nonAdjacent, closing: RW, allowed: committed | RW }, committed)
    found.search({ graph, closing: RW, allowed: committed | RW })
  }
  return found.all
}

class Cycles {
  readonly all: Cycle[] = []
  readonly #graph: Graph
  /** On a cycle that was found, so that a less grave one is not told of them. */
  readonly #closed = new Set<number>()
  readonly #known = new Set<string>()

  constructor(graph: Graph) {
    this.#graph = graph
  }

  /** @param allowedFirst edges over which all closing edges are tried to be led back along before the others */
  search({ graph, closing, allowed }: Level, allowedFirst = allowed): void {
    const component = componentsOf(graph, allowed | ONWARD)
    if (!component.hasCycle) return
    const finders = [...new Set([allowedFirst, allowed])].map((types) => new PathFinder(graph, component.of, types))
    const isInside = (edge: number): boolean =>
      component.of[at(graph.sources, edge)] === component.of[at(graph.targets, edge)]
    const edges = [...graph.types.keys()].filter((edge) => graph.types[edge] === closing && isInside(edge))

    const explained = new Set<number>()
    const explain = (edge: number, finder: PathFinder, maxEffort: number): void => {
      const isClosed = this.#closed.has(this.#own(graph, edge))
      const path = isClosed ? [] : finder.find(at(graph.targets, edge), at(graph.sources, edge), maxEffort)
      if (path === undefined) return
      explained.add(at(component.of, at(graph.sources, edge)))
      if (!isClosed) this.#keep([edge, ...path].map((one) => this.#own(graph, one)))
    }
    for (const finder of finders)
      for (const edge of edges) if (finder.effort < EFFORT_PER_KIND) explain(edge, finder, EFFORT_PER_SEARCH)
    // Every edge inside a component is on some cycle: none goes without one, however long it is.
    const [thorough] = finders.slice(-1)
    for (const edge of edges)
      if (thorough && !explained.has(at(component.of, at(graph.sources, edge)))) explain(edge, thorough, Infinity)
  }

  #own(graph: Graph, edge: number): number {
    return graph === this.#graph ? edge : at(graph.origins, edge)
  }

  #keep(walk: readonly number[]): void {
    const edges = simple(this.#graph, walk)
    for (const edge of edges) this.#closed.add(edge)
    const sources = edges.map((edge) => at(this.#graph.sources, edge))
    const first = sources.indexOf(Math.min(...sources))
    const cycle = { kind: kindOf(this.#graph, edges), edges: [...edges.slice(first), ...edges.slice(0, first)] }
    const identity = `${cycle.kind} ${[...sources.slice(first), ...sources.slice(0, first)].join(' ')}`
    if (!this.#known.has(identity)) this.all.push(cycle)
    this.#known.add(identity)
  }
}

function kindOf(graph: Graph, edges: readonly number[]): CycleKind {
  const types = typesOf(graph, edges)
  const readWrites = types.filter((type) => type === RW).length
  const kind = readWrites === 0 ? (types.includes(WR) ? 'G1c' : 'G0') : kindWith(readWrites, types)
  return types.includes(REALTIME) ? `${kind}-realtime` : kind
}

function kindWith(readWrites: number, types: readonly number[]): CycleKind {
  if (readWrites === 1) return 'G-single'
  return hasAdjacentReadWrites(types) ? 'G2-item' : 'G-nonadjacent'
}

function hasAdjacentReadWrites(types: readonly number[]): boolean {
  return types.some((type, place) => type === RW && types.at(place - 1) === RW)
}

/**
 * A closed walk without neighbouring read-write edges may pass a node twice. Of the two walks that it is made of there, at least
 * one has no such neighbours either: were both ends of one at the node read-write edges, neither of the other's would be.
 */
function simple(graph: Graph, walk: readonly number[]): readonly number[] {
  const firstVisit = new Map<number, number>()
  for (const [place, edge] of walk.entries()) {
    const node = at(graph.sources, edge)
    const before = firstVisit.get(node)
    if (before !== undefined) {
      const [inner, outer] = [walk.slice(before, place), [...walk.slice(place), ...walk.slice(0, before)]]
      return simple(graph, hasAdjacentReadWrites(typesOf(graph, inner)) ? outer : inner)
    }
    firstVisit.set(node, place)
  }
  return walk
}

function typesOf(graph: Graph, edges: readonly number[]): number[] {
  return edges.map((edge) => at(graph.types, edge)).filter((type) => type !== ONWARD)
}
