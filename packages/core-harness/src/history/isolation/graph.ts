/** Kinds of edges, as bits, so that a search can be held to some of them. */
export const WW = 1
export const WR = 2
export const RW = 4
export const REALTIME = 8
/** Goes on from a node that is no transaction: it belongs to the edge that led there. */
export const ONWARD = 16

/** A directed graph in compressed rows: the edges of node `n` are those from `rows[n]` up to `rows[n + 1]`. */
export interface Graph {
  readonly nodes: number
  readonly rows: Int32Array
  readonly sources: Int32Array
  readonly targets: Int32Array
  readonly types: Uint8Array
  /** Which edge each was in the order in which they were added, or of the graph that this one was made from. */
  readonly origins: Int32Array
}

/** Collects edges, and then lays them out. */
export class GraphBuilder {
  readonly #sources: number[] = []
  readonly #targets: number[] = []
  readonly #types: number[] = []
  readonly #origins: number[] = []
  nodes: number

  constructor(nodes: number) {
    this.nodes = nodes
  }

  get edges(): number {
    return this.#sources.length
  }

  add(source: number, target: number, type: number, origin = this.edges): void {
    this.#sources.push(source)
    this.#targets.push(target)
    this.#types.push(type)
    this.#origins.push(origin)
  }

  build(): Graph {
    const rows = new Int32Array(this.nodes + 1)
    for (const source of this.#sources) rows[source + 1] = at(rows, source + 1) + 1
    for (let node = 0; node < this.nodes; node++) rows[node + 1] = at(rows, node + 1) + at(rows, node)
    const next = rows.slice()
    const [sources, targets, origins] = [0, 0, 0].map(() => new Int32Array(this.edges)) as [
      Int32Array,
      Int32Array,
      Int32Array,
    ]
    const types = new Uint8Array(this.edges)
    for (let edge = 0; edge < this.edges; edge++) {
      const source = this.#sources[edge] as number
      const place = at(next, source)
      next[source] = place + 1
      sources[place] = source
      targets[place] = this.#targets[edge] as number
      types[place] = this.#types[edge] as number
      origins[place] = this.#origins[edge] as number
    }
    return { nodes: this.nodes, rows, sources, targets, types, origins }
  }
}

/** An element that is there by construction. */
export function at(values: Int32Array | Uint8Array, index: number): number {
  return values[index] as number
}

/**
 * The same edges, but such that no walk takes two read-write edges one after the other: node `n` becomes `2n`, and
 * `2n + 1` where it was reached by a read-write edge. Its cycles are those that snapshot isolation forbids (Cerone and
 * Gotsman, "Analysing snapshot isolation", JACM 2018, theorem 4.4).
 */
export function withoutAdjacentReadWrites({ nodes, sources, targets, types }: Graph): Graph {
  const builder = new GraphBuilder(2 * nodes)
  for (let edge = 0; edge < sources.length; edge++) {
    const [source, target, type] = [2 * at(sources, edge), 2 * at(targets, edge), at(types, edge)]
    if (type === RW) builder.add(source, target + 1, type, edge)
    else {
      builder.add(source, target, type, edge)
      builder.add(source + 1, type === ONWARD ? target + 1 : target, type, edge)
    }
  }
  return builder.build()
}
