import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { HarnessError } from '../environment/errors.ts'

/** A version of the workspace on disk. */
export interface Checkout {
  readonly directory: string
  /** As a person knows it: a folder, or a ref with its commit. */
  readonly name: string
  /** What the reader should know about it. */
  readonly remark?: string
  /** Made for the comparison, so that nobody else uses what runs there. */
  readonly isTemporary: boolean
  /** Removes what was made for it; may be called again. */
  remove(): void
}

/**
 * Makes a version ready to run: a folder as it is, or a git ref in a worktree of its own with the packages that are
 * installed here.
 *
 * @param version a folder with a package.json, or a branch, tag or commit
 * @param workspace the repository
 * @throws HarnessError when it is neither
 */
export function checkOut(version: string, workspace: string): Checkout {
  const folder = resolve(version)
  if (version !== '' && existsSync(join(folder, 'package.json')))
    return { directory: folder, name: folder, isTemporary: false, remove: () => undefined }
  const commit = commitOf(version, workspace)
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'proving-ground-compare-')))
  const directory = join(parent, 'workspace')
  const remove = () => removeWorktree(workspace, parent, directory)
  try {
    git(workspace, 'worktree', 'add', '--detach', '--quiet', directory, commit)
    linkModules(workspace, directory)
  } catch (error) {
    remove()
    throw error
  }
  const remark =
    lockOf(workspace) === lockOf(directory)
      ? {}
      : { remark: 'its package-lock.json differs; it runs with the packages that are installed here' }
  return { directory, name: `${version} (${commit.slice(0, 8)})`, isTemporary: true, remove, ...remark }
}

function commitOf(version: string, workspace: string): string {
  try {
    // What begins with a hyphen is an option to git, unless it is said not to be.
    return git(workspace, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${version}^{commit}`).trim()
  } catch (error) {
    throw new HarnessError(`comparing ${version}: it is neither a folder with a package.json nor a git ref`, {
      remedy: 'git branch -a and git log --oneline list what there is.',
      exitCode: 2,
      cause: error,
    })
  }
}

function git(workspace: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd: workspace, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/**
 * Gives a worktree the installed packages. Only those of the workspace itself are its own: a link to the whole folder
 * would run the code of the other version.
 */
function linkModules(workspace: string, directory: string): void {
  const own = new Set(['.cache', ...scopesOf(workspace)])
  for (const place of ['', ...foldersIn(join(workspace, 'packages')).map((name) => join('packages', name))]) {
    const [from, to] = [join(workspace, place, 'node_modules'), join(directory, place, 'node_modules')]
    if (!existsSync(from) || !existsSync(join(directory, place)) || existsSync(to)) continue
    mkdirSync(to)
    for (const name of readdirSync(from)) if (!own.has(name)) symlinkSync(join(from, name), join(to, name))
  }
  for (const name of foldersIn(join(directory, 'packages'))) {
    const packageName = nameOf(join(directory, 'packages', name))
    if (packageName === undefined) continue
    const link = join(directory, 'node_modules', packageName)
    if (existsSync(link)) continue
    mkdirSync(join(link, '..'), { recursive: true })
    symlinkSync(join(directory, 'packages', name), link)
  }
}

/** What the workspace's own packages are called in node_modules: their scopes, or their names. */
function scopesOf(workspace: string): string[] {
  const folder = join(workspace, 'packages')
  return foldersIn(folder).flatMap((name) => nameOf(join(folder, name))?.split('/')[0] ?? [])
}

function nameOf(packageDirectory: string): string | undefined {
  const file = join(packageDirectory, 'package.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name : undefined
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
}

function lockOf(directory: string): string {
  const file = join(directory, 'package-lock.json')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function removeWorktree(workspace: string, parent: string, directory: string): void {
  if (!existsSync(parent)) return
  // Links in it are removed, and not followed.
  rmSync(parent, { recursive: true, force: true, maxRetries: 5 })
  if (!existsSync(directory)) git(workspace, 'worktree', 'prune')
}
