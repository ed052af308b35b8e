/** An adapter was asked for what its library cannot do. */
export class NotSupportedError extends Error {
  override readonly name = 'NotSupportedError'
  readonly code = 'ERR_NOT_SUPPORTED'

  /**
   * @param library the library and its version
   * @param what was asked of it
   * @param why what it has instead, or that it has nothing
   */
  constructor(library: string, what: string, why: string) {
    super(`${library} cannot ${what}: ${why}`)
  }
}
