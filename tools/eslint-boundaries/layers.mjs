const MEASURING = ['metrics', 'environment', 'statistics']
const DRIVING = ['workload', 'history', 'fault', ...MEASURING]
const JUDGING = ['objective', ...DRIVING]
const RECORDING = ['run', ...JUDGING]

/** The folders of core-harness/src: each with those that it may import. No arrow points back. */
const MAY_IMPORT = {
  statistics: [],
  environment: [],
  metrics: ['environment', 'statistics'],
  service: ['metrics', 'environment'],
  staging: ['service', ...MEASURING],
  workload: MEASURING,
  history: MEASURING,
  fault: MEASURING,
  objective: DRIVING,
  guarantee: ['staging', ...JUDGING],
  run: ['guarantee', ...JUDGING],
  report: ['guarantee', ...RECORDING],
  jest: ['report', 'guarantee', ...RECORDING],
  cli: ['jest', 'report', 'guarantee', 'staging', ...RECORDING],
}

/**
 * Why one file of core-harness/src may not import another; undefined when it may. A file that lies in src/ itself stands
 * below all folders: all may import it, and it imports none.
 *
 * @param {string} importer path of the file below src/, as `run/record.ts`
 * @param {string} imported path of the file below src/
 * @returns {string | undefined}
 */
export function layerViolation(importer, imported) {
  const [from, to] = [layerOf(importer), layerOf(imported)]
  if (from === to || to === undefined) return undefined
  if (from === undefined) return `A file in core-harness/src itself imports no folder, and ${to}/ is one.`
  const allowed = MAY_IMPORT[from]
  if (!allowed) {
    return `core-harness/src/${from}/ is not among the layers: give it its place in tools/eslint-boundaries/layers.mjs.`
  }
  if (allowed.includes(to)) return undefined
  return `In core-harness ${from}/ may not import ${to}/: it may import ${allowed.map((name) => `${name}/`).join(', ') || 'no other folder'}.`
}

function layerOf(path) {
  const [folder, ...rest] = path.split('/')
  return rest.length > 0 ? folder : undefined
}
