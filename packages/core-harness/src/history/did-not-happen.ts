/**
 * What a client throws when an operation did not happen, for certain: refused, rolled back, never sent. Any other error leaves it
 * open, as a timeout does.
 */
export class DidNotHappen extends Error {
  override readonly name = 'DidNotHappen'
}
