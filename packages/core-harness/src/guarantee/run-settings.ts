/** How this run of a package's tests was started. */
export interface RunSettings {
  /** The module of the adapter under test, when it is not to be chosen by the user. */
  readonly adapter?: string
  /** The guarantees to prove; all when left out. */
  readonly only?: readonly string[]
  /** Where notes beside the verdicts go; nowhere when left out. */
  readonly notesDirectory?: string
  /** Tells the notes of one of several runs in the same folder from the others. */
  readonly label?: string
}

/** What the Jest configuration put into `globals.harness`. */
export function runSettings(): RunSettings {
  const { harness } = globalThis as { harness?: RunSettings }
  return harness ?? {}
}
