import { finding } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Claim, Hold } from './holds.ts'

/** Holds that are not alone, and releases that the lock took from somebody other than its holder. */
export function judgeExclusion(holds: readonly Hold[], claims: readonly Claim[]): readonly Finding[] {
  const byBegin = holds.toSorted((one, other) => one.fromNs - other.fromNs)
  return [...overlaps(byBegin), ...foreignReleases(byBegin, claims)]
}

/** Of the holds before it is enough to look at the one that lasts longest. It is no other of the same process: those are over. */
function overlaps(byBegin: readonly Hold[]): readonly Finding[] {
  const findings: Finding[] = []
  let longest: Hold | undefined
  for (const hold of byBegin) {
    const other = longest
    longest = longerOf(longest, hold)
    if (other === undefined || other.untilNs <= hold.fromNs || hold.untilNs <= hold.fromNs) continue
    const until = (seconds: (ns: number) => string): string =>
      other.untilNs === Infinity ? 'and had not begun to release it' : `until ${seconds(other.untilNs)}`
    findings.push(
      finding('overlap', [hold.granted, other.granted], ([one = ''], seconds) => {
        const held = `process ${other.granted.process} held the lock, from ${seconds(other.fromNs)} ${until(seconds)}`
        return `${one} was granted while ${held}`
      }),
    )
  }
  return findings
}

function foreignReleases(byBegin: readonly Hold[], claims: readonly Claim[]): readonly Finding[] {
  const findings: Finding[] = []
  let longest: Hold | undefined
  let begun = 0
  for (const { operation, hold } of claims) {
    for (let next = byBegin[begun]; next && next.fromNs < operation.invokedNs; next = byBegin[++begun])
      longest = longerOf(longest, next)
    const isTaken = operation.f === 'release' && operation.outcome === 'ok'
    // Where both held it that is what is wrong, and the lock may well have released that of the one who asked.
    const isOwn = hold?.untilNs === operation.invokedNs
    if (!isTaken || isOwn || longest === undefined || longest.untilNs <= operation.completedNs) continue
    findings.push(
      finding('released-by-another', [operation, longest.granted], ([release = '', grant = '']) => {
        return `${release} was acknowledged, although since ${grant} it was that process that held the lock`
      }),
    )
  }
  return findings
}

function longerOf(longest: Hold | undefined, hold: Hold): Hold {
  return longest === undefined || hold.untilNs > longest.untilNs ? hold : longest
}
