import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const MODES = ['write', 'check', 'help']

const USAGE = `Usage: node tools/codeowners.mjs --write | --check | --help

CODEOWNERS says who reviews what. It is generated from the tags of the packages: a package with the tag
team:<name> in its package.json belongs to @proving-ground/<name>, everything else to @proving-ground/platform.

  --write   writes CODEOWNERS
  --check   fails when CODEOWNERS is not what --write would write
  --help    prints this text

The workspace is the parent folder of tools/, or the folder that --workspace=<path> names.
`

const HEADER = `# Generated from the team: tags of the packages. Do not edit: change a tag and run \`npm run codeowners\`.`

/** A mistake in the input, for the user to correct. Its message says where it is and what to do. */
class CodeownersError extends Error {
  name = 'CodeownersError'
}

function main(parameters) {
  const { mode, workspace } = parse(parameters)
  const path = join(workspace, 'CODEOWNERS')
  switch (mode) {
    case 'help':
      console.log(USAGE)
      break
    case 'write':
      writeFileSync(path, codeowners(readPackages(workspace)))
      break
    case 'check': {
      const present = existsSync(path) ? readFileSync(path, 'utf8') : undefined
      if (present === codeowners(readPackages(workspace))) break
      const found = present === undefined ? 'is missing' : 'does not match the team: tags of the packages'
      throw new CodeownersError(`CODEOWNERS ${found}. Run \`npm run codeowners\` and commit it.`)
    }
  }
}

function parse(parameters) {
  let values
  try {
    const modes = Object.fromEntries(MODES.map((mode) => [mode, { type: 'boolean' }]))
    values = parseArgs({ args: parameters, options: { ...modes, workspace: { type: 'string' } } }).values
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS_')) throw error
    throw new CodeownersError(`${error.message}\n\n${USAGE}`)
  }
  const { workspace = fileURLToPath(new URL('..', import.meta.url)), ...chosen } = values
  const [mode, ...others] = Object.keys(chosen)
  if (mode === undefined || others.length > 0) throw new CodeownersError(`Expected one option.\n\n${USAGE}`)
  return { mode, workspace }
}

/** @returns {{ folder: string, teams: string[] }[]} */
function readPackages(workspace) {
  return readdirSync(join(workspace, 'packages'))
    .map((name) => `packages/${name}`)
    .filter((folder) => existsSync(join(workspace, folder, 'package.json')))
    .map((folder) => ({ folder, teams: teamsOf(workspace, `${folder}/package.json`) }))
}

function teamsOf(workspace, manifest) {
  const tags = JSON.parse(readFileSync(join(workspace, manifest), 'utf8')).nx?.tags ?? []
  const teams = tags.filter((tag) => tag.startsWith('team:')).map((tag) => tag.slice('team:'.length))
  if (teams.length > 0) return teams
  throw new CodeownersError(
    `Nobody owns ${manifest}: none of its tags begins with team:. Add one, as "nx": { "tags": ["team:platform"] }.`,
  )
}

/** The last line that matches a file decides, so the default comes first. */
function codeowners(packages) {
  const lines = packages.map(({ folder, teams }) => [`/${folder}/`, teams]).sort(([a], [b]) => (a < b ? -1 : 1))
  const entries = [['*', ['platform']], ...lines]
  const width = Math.max(...entries.map(([pattern]) => pattern.length))
  const owners = (teams) => teams.map((team) => `@proving-ground/${team}`).join(' ')
  return [HEADER, '', ...entries.map(([pattern, teams]) => `${pattern.padEnd(width)} ${owners(teams)}`), ''].join('\n')
}

try {
  main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof CodeownersError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
