import type { Dependency } from '../dependency.ts'
import { HarnessError } from '../errors.ts'

/**
 * Reads the URL, or the comma-separated URLs of a cluster, that the user gave.
 *
 * @throws HarnessError that names the variable and shows the URL without its password
 */
export function parseExternalUrl(dependency: Dependency, value: string): readonly string[] {
  return value.split(',').map((part) => {
    const text = part.trim()
    const remedy = `It takes ${dependency.schemes.join(' or ')} URLs, such as ${dependency.schemes[0]}//user:password@host:port.`
    if (!URL.canParse(text))
      throw new HarnessError(`reading ${dependency.urlVariable}: "${withoutPassword(text)}" is no URL`, { remedy })
    const url = new URL(text)
    if (!dependency.schemes.includes(url.protocol))
      throw new HarnessError(`reading ${dependency.urlVariable}: "${withoutPassword(text)}" is no URL of ${dependency.title}`, {
        remedy,
      })
    return text
  })
}

/** A URL, or text with URLs in it, that can be shown. */
export function withoutPassword(text: string): string {
  return text.replace(/(\w+:\/\/)[^@/\s]*@/g, '$1***@')
}
