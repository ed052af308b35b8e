import { CONFIGURATION_FILE, TARGET } from '../environment/configuration.ts'
import { HarnessError } from '../environment/errors.ts'
import { withoutCredentials } from '../environment/url-secrets.ts'

const PORT_OF = { 'http:': '80', 'https:': '443' } as const
type Scheme = keyof typeof PORT_OF

/** No parser is asked what it makes of these. */
const STRANGE = /[\s\\\p{Cc}]/u

/**
 * The URL of a target that may be put under load: as the URL parser reads it, so that what was checked is what is connected
 * to.
 *
 * An entry allows one scheme, one host and one port, the scheme's own where it names none, any where it says `*`. Hosts are
 * compared as a whole and in the form that the URL parser gives them: lower case, IDNA in ASCII, IPv4 and IPv6 in their one
 * notation. A trailing dot makes another host. Nothing is allowed that is not listed, loopback included, because
 * a port of this machine may be a tunnel to anywhere.
 *
 * @param text what the user gave
 * @param variable where the user gave it
 * @param allow entries as in the configuration: `https://staging.example.com`, `http://127.0.0.1:*`
 * @throws HarnessError for what is no plain URL, or not listed, with the entry to add
 */
export function allowedTarget(text: string, variable: string, allow: readonly string[]): URL {
  const refuse = (found: string): never => {
    throw new HarnessError(`reading ${variable}: ${withoutCredentials(text)} ${found}`, {
      remedy: `${variable} takes http:// or https:// URLs, with a port and a path where needed, separated by commas.`,
    })
  }
  if (STRANGE.test(text) || !URL.canParse(text)) refuse('is no URL')
  const url = new URL(text)
  if (!(url.protocol in PORT_OF)) refuse('is not of http or https')
  if (url.username !== '' || url.password !== '' || text.includes('@'))
    refuse('holds a user or an @; a token goes into a variable of its own')
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) refuse('holds a query or a fragment')
  if (allow.some((entry) => allows(entry, url))) return url
  throw new HarnessError(
    `reading ${variable}: ${url.origin} is not on the list of targets that may be put under load`,
    {
      remedy:
        `If it is no production system, add it to ${CONFIGURATION_FILE}: ` +
        `"staging": { "allow": [${[...allow, url.origin].map((entry) => JSON.stringify(entry)).join(', ')}] }`,
    },
  )
}

function allows(entry: string, target: URL): boolean {
  if (!TARGET.test(entry) || !URL.canParse(withoutStar(entry))) return false
  const allowed = new URL(withoutStar(entry))
  return (
    allowed.protocol === target.protocol &&
    allowed.hostname === target.hostname &&
    (entry.endsWith(':*') || portOf(allowed) === portOf(target))
  )
}

function withoutStar(entry: string): string {
  return entry.replace(/:\*$/, '')
}

function portOf({ port, protocol }: URL): string {
  return port === '' ? PORT_OF[protocol as Scheme] : port
}
