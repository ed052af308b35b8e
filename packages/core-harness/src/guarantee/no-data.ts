/** The test came to an end and has shown nothing: neither that the promise is kept nor that it is broken. */
export class NoDataError extends Error {
  override readonly name = 'NoDataError'
}
