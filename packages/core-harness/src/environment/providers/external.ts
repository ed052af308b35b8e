import type { Dependency } from '../dependency.ts'
import { HarnessError } from '../errors.ts'
import { withoutCredentials } from '../url-secrets.ts'

/**
 * Reads the URL, or the comma-separated URLs of a cluster, that the user gave.
 *
 * @param variable that holds it, for the error
 * @throws HarnessError that names the variable and shows the URL without its password
 */
export function parseExternalUrls(
  dependency: Dependency,
  value: string,
  variable = dependency.urlVariable,
  schemes = dependency.schemes,
): readonly string[] {
  const remedy = `It takes ${schemes.join(' or ')} URLs, such as ${schemes[0]}//user:password@host:port.`
  return value.split(',').map((part) => {
    const text = part.trim()
    const problem = findProblem(text, schemes)
    if (problem === undefined) return text
    throw new HarnessError(`reading ${variable}: "${withoutCredentials(text)}" ${problem(dependency.title)}`, {
      remedy,
    })
  })
}

function findProblem(text: string, schemes: readonly string[]): ((title: string) => string) | undefined {
  if (!URL.canParse(text)) return () => 'is no URL'
  const url = new URL(text)
  if (!schemes.includes(url.protocol)) return (title) => `is no URL of ${title}`
  if (url.hostname === '') return () => 'names no host'
  if (!isDecodable(url.username) || !isDecodable(url.password))
    return () => 'has a user or password with a % that begins no percent code; write it as %25'
  return undefined
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false // The answer to the question, for an URIError is all that it throws.
  }
}
