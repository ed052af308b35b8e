import type { KillMatrix } from '../guarantee/prove/judge.ts'
import { counted } from './format-value.ts'

/** Which defects each guarantee was killed by: guarantee, how the reference did, the canary, and the defects. */
export function killRows({ charges, outcomes }: KillMatrix): string[][] {
  const guarantees = [...new Set(outcomes.map(({ guarantee }) => guarantee))].sort()
  const canaries = new Set(charges.filter(({ isCanary }) => isCanary).map(({ label }) => label))
  return guarantees.map((guarantee) => {
    const those = outcomes.filter((one) => one.guarantee === guarantee)
    const killers = those.filter(({ status, label }) => status === 'failed' && label !== 'reference')
    const canary = killers.some(({ label }) => canaries.has(label)) ? 'killed' : '–'
    const defects = killers.map(({ label }) => label).filter((label) => !canaries.has(label))
    const reference = those.find(({ label }) => label === 'reference')
    return [guarantee, reference?.status ?? '–', canary, defects.join(', ') || '–']
  })
}

export function killSentence({ charges, findings }: KillMatrix): string {
  if (findings.length > 0) return `${counted(findings.length, 'finding')}:`
  const all = charges.length === 1 ? 'The defect' : `Every one of ${charges.length} defects`
  return `${all} was killed by the guarantees that it names.`
}
