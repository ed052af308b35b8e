const SCOPE = '@proving-ground/'

/**
 * Which package of the workspace an import names, and what of it; undefined for a relative import and for an npm package.
 *
 * @param {string} specifier
 * @returns {{ name: string, subpath: string } | undefined} `subpath` is empty for the package itself
 */
export function workspacePackage(specifier) {
  if (!specifier.startsWith(SCOPE)) return undefined
  const [name, ...rest] = specifier.slice(SCOPE.length).split('/')
  return { name, subpath: rest.join('/') }
}

/**
 * Why a package may not import another one; undefined when it may.
 *
 * @param {string} importer the folder of the package, as `cache`
 * @param {{ name: string, subpath: string }} imported
 * @param {readonly string[]} declared what the package.json of the importer names
 * @returns {string | undefined}
 */
export function packageViolation(importer, imported, declared) {
  if (importer === imported.name) return undefined
  return direction(importer, imported) ?? declaration(imported.name, declared)
}

function direction(importer, { name, subpath }) {
  if (importer === 'core-harness') {
    return `core-harness serves every package and imports none of them: give ${name} what it needs by a parameter.`
  }
  if (name === 'core-harness') return undefined
  if (isSandbox(importer)) return `A sandbox imports core-harness alone, not ${name}.`
  if (isSandbox(name)) {
    return isBelow(subpath, 'client')
      ? undefined
      : `Of a sandbox only its client may be imported: @proving-ground/${name}/client.`
  }
  if (importer !== 'gateway') {
    return `A service package does not import another one: move what ${importer} and ${name} share to core-harness.`
  }
  return isBelow(subpath, 'http')
    ? undefined
    : `gateway may import only the http adapter of another service: @proving-ground/${name}/http.`
}

function declaration(name, declared) {
  return declared.includes(SCOPE + name)
    ? undefined
    : `${SCOPE}${name} is not in the package.json of this package: without it \`nx affected\` may miss the dependency.`
}

function isSandbox(name) {
  return name.endsWith('-sandbox')
}

function isBelow(subpath, entry) {
  return subpath === entry || subpath.startsWith(`${entry}/`)
}
