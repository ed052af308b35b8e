/** Text with URLs in it, well-formed or not, that can be shown: without user, password, or secret parameters. */
export function withoutPassword(text: string): string {
  return text
    .replace(/([\w+.-]*:?\/\/)[^\s,]*@/g, '$1***@')
    .replace(/([?&][\w-]*(?:password|passwd|token|secret)[\w-]*=)[^&\s]*/gi, '$1***')
}

/** What a person typed where a URL was due: all that stands before an @ may be secret. */
export function withoutCredentials(value: string): string {
  return withoutPassword(value).replace(/^(?!\S*\/\/\*\*\*@)\S*@/, '***@')
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
