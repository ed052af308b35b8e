import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/**
 * Rows on their way into the engine wait in a file. Inside the text of a statement they would be read by ClickHouse's
 * client parser, which takes an empty line for the end of the rows and runs what follows as the next statement; and an
 * upload larger than memory could not be there at all.
 */
export class InsertSpool {
  readonly #directory: string

  private constructor(directory: string) {
    this.#directory = directory
  }

  static async create(directory: string): Promise<InsertSpool> {
    // What a killed server left behind belongs to nobody.
    await rm(directory, { recursive: true, force: true })
    await mkdir(directory, { recursive: true, mode: 0o700 })
    return new InsertSpool(directory)
  }

  /** The file is there while `use` runs. Nothing is used before everything has arrived: an aborted upload inserts no row. */
  async with<T>(rows: AsyncIterable<Buffer>, use: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.#directory, randomUUID())
    try {
      await pipeline(rows, createWriteStream(path, { highWaterMark: 1024 * 1024 }))
      return await use(path)
    } finally {
      await rm(path, { force: true })
    }
  }
}
