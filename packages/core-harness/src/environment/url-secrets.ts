/** Text with URLs in it, well-formed or not, that can be shown: without user, password, or secret parameters. */
export function withoutPassword(text: string): string {
  return text
    .replace(/([\w+.-]*:?\/\/)[^\s,]*@/g, '$1***@')
    .replace(/([?&][\w-]*(?:password|passwd|token|secret)[\w-]*=)[^&\s]*/gi, '$1***')
}

const KNOWN_SCHEME = /^(?:rediss?|postgres(?:ql)?|mysql|https?|clickhouse|amqps?|tcp):\/\//

/** What a person typed where a URL was due: all that stands before the last @ may be secret, but for a scheme. */
export function withoutCredentials(value: string): string {
  const at = value.lastIndexOf('@')
  if (at === -1) return withoutPassword(value)
  const [scheme = ''] = KNOWN_SCHEME.exec(value) ?? []
  return `${scheme}***${withoutPassword(value.slice(at))}`
}

/** The passwords of URLs, as they stand there and decoded. */
export function passwordsOf(urls: readonly string[]): string[] {
  return urls.flatMap((text) => {
    const { password } = new URL(text)
    return password === '' ? [] : [password, decode(password)]
  })
}

/** Text with each secret blotted out. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), withoutPassword(text))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // A lone percent sign stands for itself.
  }
}
