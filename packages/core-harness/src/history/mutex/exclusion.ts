import { finding } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Claim, Hold } from './holds.ts'

/** Holds that are not alone, and releases that the lock took from somebody other than its holder. */
export function judgeExclusion(holds: readonly Hold[], claims: readonly Claim[]): readonly Finding[] {
  const byBegin = holds.toSorted((one, other) => one.fromNs - other.fromNs)
  return [...overlaps(byBegin), ...foreignReleases(byBegin, claims)]
}

function overlaps(byBegin: readonly Hold[]): readonly Finding[] {
  const longest = new Longest()
  const findings: Finding[] = []
  for (const hold of byBegin) {
    const { granted, fromNs, untilNs } = hold
    const other = longest.notOf(granted.process)
    longest.add(hold)
    if (other === undefined || other.untilNs <= fromNs || untilNs <= fromNs) continue
    findings.push(
      finding('overlap', [granted, other.granted], ([one = ''], seconds) => {
        const until = other.untilNs === Infinity ? 'and had not begun to release it' : `until ${seconds(other.untilNs)}`
        return `${one} was granted while process ${other.granted.process} held the lock, from ${seconds(other.fromNs)} ${until}`
      }),
    )
  }
  return findings
}

function foreignReleases(byBegin: readonly Hold[], claims: readonly Claim[]): readonly Finding[] {
  const longest = new Longest()
  const findings: Finding[] = []
  let begun = 0
  for (const { operation, hold } of claims) {
    for (let next = byBegin[begun]; next && next.fromNs < operation.invokedNs; next = byBegin[++begun])
      longest.add(next)
    const holder = longest.notOf(operation.process)
    const isTaken = operation.f === 'release' && operation.outcome === 'ok'
    // Where both held it that is what is wrong, and the lock may well have released that of the one who asked.
    const isOwn = hold?.untilNs === operation.invokedNs
    if (!isTaken || isOwn || holder === undefined || holder.untilNs <= operation.completedNs) continue
    findings.push(
      finding('released-by-another', [operation, holder.granted], ([release = '', grant = '']) => {
        return `${release} was acknowledged, although since ${grant} it was that process that held the lock`
      }),
    )
  }
  return findings
}

/** Of all holds so far the one that lasts longest, and the longest of any other process. */
class Longest {
  #first: Hold | undefined
  #second: Hold | undefined

  add(hold: Hold): void {
    if (this.#first === undefined || hold.untilNs > this.#first.untilNs) {
      if (this.#first?.granted.process !== hold.granted.process) this.#second = this.#first
      this.#first = hold
    } else if (
      hold.granted.process !== this.#first.granted.process &&
      (this.#second === undefined || hold.untilNs > this.#second.untilNs)
    )
      this.#second = hold
  }

  notOf(process: number): Hold | undefined {
    return this.#first?.granted.process === process ? this.#second : this.#first
  }
}
