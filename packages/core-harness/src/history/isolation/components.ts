import { at } from './graph.ts'
import type { Graph } from './graph.ts'

export interface Components {
  /** The component of each node. */
  readonly of: Int32Array
  /** Whether there is a cycle at all. No node has an edge to itself. */
  readonly hasCycle: boolean
}

/**
 * The strongly connected components by edges of the given types: Tarjan, "Depth-first search and linear graph algorithms",
 * SIAM J. Comput. 1972, without recursion, because a history is deeper than the stack.
 */
export function componentsOf({ nodes, rows, targets, types }: Graph, allowed: number): Components {
  const component = new Int32Array(nodes).fill(-1)
  const found = new Int32Array(nodes).fill(-1)
  const low = new Int32Array(nodes)
  const nextEdge = rows.slice(0, nodes)
  const open: number[] = []
  const path: number[] = []
  let [visited, components] = [0, 0]

  const enter = (node: number): void => {
    found[node] = low[node] = visited++
    open.push(node)
    path.push(node)
  }
  const leave = (node: number): void => {
    path.pop()
    const parent = path.at(-1)
    if (parent !== undefined) low[parent] = Math.min(at(low, parent), at(low, node))
    if (low[node] !== found[node]) return
    for (let member = -1; member !== node;) component[(member = open.pop() as number)] = components
    components++
  }

  for (let root = 0; root < nodes; root++) {
    if (found[root] === -1) enter(root)
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const edge = at(nextEdge, node)
      if (edge === rows[node + 1]) {
        leave(node)
        continue
      }
      nextEdge[node] = edge + 1
      if ((at(types, edge) & allowed) === 0) continue
      const target = at(targets, edge)
      if (found[target] === -1) enter(target)
      else if (component[target] === -1) low[node] = Math.min(at(low, node), at(found, target))
    }
  }
  return { of: component, hasCycle: components < nodes }
}
