import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The files below a folder, as sorted paths relative to it with forward slashes; none when there is no such folder.
 *
 * @param {string} folder an absolute path
 * @returns {string[]}
 */
export function filesBelow(folder) {
  let entries
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}
