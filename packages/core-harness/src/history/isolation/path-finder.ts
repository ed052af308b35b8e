import { ONWARD, at } from './graph.ts'
import type { Graph } from './graph.ts'

/** Finds shortest paths inside a component, again and again, in the same memory. */
export class PathFinder {
  readonly #graph: Graph
  readonly #component: Int32Array
  readonly #allowed: number
  readonly #done: Int32Array
  readonly #seen: Int32Array
  readonly #arrivedBy: Int32Array
  #search = 0
  /** Edges looked at so far. */
  effort = 0

  /** @param allowed the types of edges that a path may take */
  constructor(graph: Graph, component: Int32Array, allowed: number) {
    this.#graph = graph
    this.#component = component
    this.#allowed = allowed | ONWARD
    this.#done = new Int32Array(graph.nodes)
    this.#seen = new Int32Array(graph.nodes)
    this.#arrivedBy = new Int32Array(graph.nodes)
  }

  /**
   * The edges of a path over as few transactions as possible: breadth first, where going on from a node that is no transaction
   * is no step.
   *
   * @param maxEffort after how many edges it gives up
   */
  find(from: number, to: number, maxEffort: number): number[] | undefined {
    const { rows, targets, types } = this.#graph
    const search = ++this.#search
    const end = this.effort + maxEffort
    let frontier = [from]
    while (frontier.length > 0) {
      const next: number[] = []
      // The frontier grows by what costs no step while it is gone through.
      for (const node of frontier) {
        if (this.#done[node] === search) continue
        if (this.effort > end) return undefined
        this.#done[node] = search
        if (node === to) return this.#pathBack(from, to)
        for (let edge = at(rows, node); edge < at(rows, node + 1); edge++) {
          this.effort++
          const target = at(targets, edge)
          if (!this.#leadsOn(edge, target) || this.#done[target] === search) continue
          const isFree = types[edge] === ONWARD
          if (!isFree && this.#seen[target] === search) continue
          this.#seen[target] = search
          this.#arrivedBy[target] = edge
          if (isFree) frontier.push(target)
          else next.push(target)
        }
      }
      frontier = next
    }
    return undefined
  }

  #leadsOn(edge: number, target: number): boolean {
    const source = at(this.#graph.sources, edge)
    return (at(this.#graph.types, edge) & this.#allowed) !== 0 && this.#component[source] === this.#component[target]
  }

  #pathBack(from: number, to: number): number[] {
    const path: number[] = []
    for (let node = to; node !== from;) {
      const edge = at(this.#arrivedBy, node)
      path.push(edge)
      node = at(this.#graph.sources, edge)
    }
    return path.reverse()
  }
}
