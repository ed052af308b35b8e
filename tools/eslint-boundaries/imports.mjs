import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { folderViolation } from './folders.mjs'
import { layerViolation } from './layers.mjs'
import { packageViolation, workspacePackage } from './packages.mjs'

/** The rule `boundaries/imports`: who may import whom, between packages, inside a package and inside core-harness. */
export const imports = {
  meta: {
    type: 'problem',
    docs: {
      description: 'Imports keep the boundaries of packages, of their folders, and of the layers of core-harness',
    },
    messages: { violation: '{{ violation }}' },
    schema: [
      {
        type: 'object',
        properties: { packages: { type: 'string', description: 'The folder that holds the packages, absolute' } },
        required: ['packages'],
        additionalProperties: false,
      },
    ],
  },

  create(context) {
    const [{ packages }] = context.options
    const importer = locate(packages, context.filename)
    if (!importer) return {}
    const declared = declaredDependencies(join(packages, importer.name))

    const check = (source) => {
      if (typeof source?.value !== 'string') return
      const violation = source.value.startsWith('.')
        ? relativeViolation(importer, locate(packages, resolve(dirname(context.filename), source.value)), source.value)
        : namedViolation(importer, workspacePackage(source.value), declared)
      if (violation) context.report({ node: source, messageId: 'violation', data: { violation } })
    }
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source),
    }
  },
}

/** @returns {{ name: string, path: string } | undefined} the package that holds the file, and the path below it */
function locate(packages, file) {
  const [name, ...path] = relative(packages, file).split(sep)
  return name === '..' || path.length === 0 ? undefined : { name, path: path.join('/') }
}

function relativeViolation(importer, imported, specifier) {
  if (importer.name !== imported?.name) {
    return `${specifier} leaves the package ${importer.name}: import another package by its name.`
  }
  return folderViolation(importer.path, imported.path) ?? layersOfCoreHarness(importer, imported.path)
}

function namedViolation(importer, imported, declared) {
  if (!imported) return undefined
  return (
    packageViolation(importer.name, imported, declared) ??
    (importer.name === imported.name ? layersOfCoreHarness(importer, `src/${imported.subpath}/`) : undefined)
  )
}

function layersOfCoreHarness(importer, imported) {
  if (importer.name !== 'core-harness' || !importer.path.startsWith('src/') || !imported.startsWith('src/'))
    return undefined
  return layerViolation(importer.path.slice('src/'.length), imported.slice('src/'.length))
}

function declaredDependencies(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'].flatMap((field) =>
    Object.keys(manifest[field] ?? {}),
  )
}
