/**
 * The folders of a package: each with those that it may import besides itself. It is what the targets of nx-levels read:
 * an import of another folder would let a cached result survive the change of a file that it rests on.
 */
const MAY_IMPORT = {
  src: [],
  bin: ['src'],
  bench: ['src', 'examples'],
  examples: ['src', 'bench'],
  unit: ['src', 'bench', 'examples'],
  adapters: ['src'],
  defects: ['src', 'adapters', 'l3'],
  l3: ['src', 'bench', 'examples', 'adapters'],
  l4: ['src', 'bench', 'examples', 'adapters'],
}

/**
 * Why a file may not import another one of the same package; undefined when it may.
 *
 * @param {string} importer path of the file below the package, as `src/contract.ts`
 * @param {string} imported path of the file below the package
 * @returns {string | undefined}
 */
export function folderViolation(importer, imported) {
  const [from, to] = [importer, imported].map((path) => path.split('/')[0])
  const allowed = MAY_IMPORT[from]
  if (from === to || to === 'package.json' || !allowed || allowed.includes(to)) return undefined
  const folders = [from, ...allowed].map((name) => `${name}/`).join(', ')
  return `The targets of ${from}/ read ${folders} and not ${to}/: what is shared belongs in src/.`
}
