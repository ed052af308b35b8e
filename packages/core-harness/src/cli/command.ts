/** One command of `harness`. */
export interface Command {
  /** What `harness <command> --help` prints: the synopsis, what it does, its options and exit codes. */
  readonly usage: string
  /**
   * @param args what follows the command's name
   * @returns the exit code
   * @throws HarnessError for what the user can mend
   */
  run(args: readonly string[]): Promise<number>
}

/** How the list of commands knows one before its module is loaded. */
export interface CommandEntry {
  readonly name: string
  /** One line, for `harness --help`. */
  readonly summary: string
  load(): Promise<Command>
}
