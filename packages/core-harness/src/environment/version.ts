/** The first dotted number in what a program says of itself: "Redis server v=7.0.15 sha=…" gives "7.0.15". */
export function versionIn(text: string): string {
  return /\d+(\.\d+)+/.exec(text)?.[0] ?? ''
}

/** Negative when `a` is older than `b`; parts that are missing count as zero. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number)
  const right = b.split('.').map(Number)
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
