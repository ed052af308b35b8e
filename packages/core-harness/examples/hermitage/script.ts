export const LEVELS = ['read uncommitted', 'read committed', 'repeatable read', 'serializable'] as const

export type Level = (typeof LEVELS)[number]

/** An anomaly as two or three transactions at once, step by step. */
export interface Script {
  /** In the words of Adya, Berenson and Bailis. */
  readonly name: string
  readonly title: string
  /** What would have to happen, to be read aloud. */
  readonly story: string
  /**
   * `T1: SQL`, in the order in which the statements are given. All transactions have begun before the first. One that waits for a
   * lock goes on when the lock is free, before the next step; one that was refused takes no further steps.
   */
  readonly steps: readonly string[]
  happened(play: Play): boolean
}

/** What came of a script. */
export interface Play {
  committed(...transactions: readonly string[]): boolean
  /** The values that each SELECT of a transaction gave, in their order. */
  reads(transaction: string): readonly (readonly number[])[]
  /** The value of each row at the end, by id. */
  readonly final: readonly number[]
}

/** The table of every script. */
export const ITEMS = 'CREATE TABLE item (id int PRIMARY KEY, value int NOT NULL)'
export const FIRST_ITEMS = 'TRUNCATE item; INSERT INTO item VALUES (1, 10), (2, 20)'
