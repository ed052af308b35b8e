import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readAdapters } from './configuration.mjs'
import { packageTargets } from './package-targets.mjs'
import { mayReuseResults } from './reuse.mjs'
import { workspaceTargets } from './workspace-targets.mjs'

export const name = 'nx-levels'

/**
 * Infers the targets of a package from its folders. Only package.json is globbed: Nx takes a deleted file that matches
 * the glob of a plugin for a deleted project and then selects everything, so the folders are read here.
 */
export const createNodes = [
  '{package.json,packages/*/package.json}',
  (manifests, _options, { workspaceRoot }) => {
    const reusable = mayReuseResults(process.env, readAdapters(workspaceRoot))
    return manifests.map((manifest) => {
      const root = dirname(manifest)
      const project = { name: projectName(join(workspaceRoot, manifest)), root }
      const targets =
        root === '.' ? workspaceTargets() : packageTargets({ ...project, folder: join(workspaceRoot, root), reusable })
      return [manifest, { projects: { [root]: { ...project, targets } } }]
    })
  },
]

function projectName(manifest) {
  const { name, nx } = JSON.parse(readFileSync(manifest, 'utf8'))
  return nx?.name ?? name.split('/').at(-1)
}
