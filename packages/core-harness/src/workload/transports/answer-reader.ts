import { HttpAnswer } from './http-answer.ts'
import type { HttpHeaders } from './http-answer.ts'
import { LONGEST_ANSWER_BYTES } from './http-request.ts'

const LONGEST_HEAD_BYTES = 64 * 1024
const END_OF_HEAD = '\r\n\r\n'

/** How an answer's body is delimited (RFC 9112, section 6). */
type Framing =
  { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunked' } | { readonly kind: 'until-close' }

/** Reads answers of HTTP/1.1 from what comes in, in pieces of any size. */
export class AnswerReader {
  /** What has come and was not yet understood. */
  #pending: Buffer | undefined
  #head: string | undefined
  #framing: Framing | undefined
  #isHead = false
  #body: Buffer[] = []
  #bodyBytes = 0
  /** The connection serves another request after this answer. */
  isKeptOpen = true

  /** @param isHead the answer to a HEAD request has no body, whatever its head says */
  begin(isHead: boolean): void {
    this.#pending = undefined
    this.#head = undefined
    this.#framing = undefined
    this.#isHead = isHead
    this.#body = []
    this.#bodyBytes = 0
    this.isKeptOpen = true
  }

  /**
   * @param piece is not kept: it may be overwritten afterwards
   * @returns the answer, when it is whole
   * @throws Error when it is no HTTP/1.1
   */
  read(piece: Buffer): HttpAnswer | undefined {
    const known = this.#pending ? Buffer.concat([this.#pending, piece]) : piece
    this.#pending = undefined
    const rest = this.#head === undefined ? this.#readHead(known) : known
    if (rest === undefined || this.#framing === undefined) {
      if (known.length > LONGEST_HEAD_BYTES) throw new Error('the head of an answer is too long')
      this.#pending ??= Buffer.from(known)
      return undefined
    }
    return this.#readBody(rest, this.#framing)
  }

  /** The connection was closed. @returns the answer, when that is how it ends */
  end(): HttpAnswer | undefined {
    return this.#framing?.kind === 'until-close' ? this.#whole() : undefined
  }

  /** @returns what follows the head; undefined when the head is not whole */
  #readHead(known: Buffer): Buffer | undefined {
    const end = known.indexOf(END_OF_HEAD)
    if (end === -1) return undefined
    const head = known.toString('latin1', 0, end)
    const rest = known.subarray(end + END_OF_HEAD.length)
    if (!head.startsWith('HTTP/1.')) throw new Error('an answer does not begin with HTTP/1')
    // 100 and 103 come before the answer.
    if (head.startsWith('1', 9)) return this.#readHead(rest) ?? this.#keep(rest)
    this.#head = head
    this.#framing = this.#framingOf(head)
    return rest
  }

  #keep(rest: Buffer): undefined {
    this.#pending = Buffer.from(rest)
    return undefined
  }

  #framingOf(head: string): Framing {
    const connection = /\r\nconnection:([^\r]*)/i.exec(head)?.[1] ?? ''
    this.isKeptOpen = head.startsWith('HTTP/1.1') ? !/\bclose\b/i.test(connection) : /\bkeep-alive\b/i.test(connection)
    const status = head.slice(9, 12)
    if (this.#isHead || status === '204' || status === '304') return { kind: 'length', bytes: 0 }
    if (/\r\ntransfer-encoding:[^\r]*\bchunked[ \t]*(\r|$)/i.test(head)) return { kind: 'chunked' }
    const length = /\r\ncontent-length:[ \t]*(\d+)[ \t]*(\r|$)/i.exec(head)?.[1]
    if (length === undefined) {
      this.isKeptOpen = false
      return { kind: 'until-close' }
    }
    const bytes = Number(length)
    if (bytes > LONGEST_ANSWER_BYTES) throw new Error(`an answer of ${bytes} bytes is too long`)
    return { kind: 'length', bytes }
  }

  #readBody(known: Buffer, framing: Framing): HttpAnswer | undefined {
    if (framing.kind === 'chunked') return this.#readChunks(known)
    this.#add(known)
    if (framing.kind === 'until-close' || this.#bodyBytes < framing.bytes) return undefined
    if (this.#bodyBytes > framing.bytes) throw new Error('more came than the answer is long')
    return this.#whole()
  }

  #readChunks(known: Buffer): HttpAnswer | undefined {
    let at = 0
    for (;;) {
      const endOfLine = known.indexOf('\r\n', at)
      if (endOfLine === -1) break
      const size = /^[0-9a-f]{1,8}(?=[ \t]*(;|$))/i.exec(known.toString('latin1', at, endOfLine))?.[0]
      if (size === undefined) throw new Error('a chunk of an answer has no size')
      const bytes = parseInt(size, 16)
      const begin = endOfLine + 2
      if (bytes === 0) {
        const end = endOfTrailers(known, begin)
        if (end === undefined) break
        if (end < known.length) throw new Error('more came than the answer is long')
        return this.#whole()
      }
      if (known.length < begin + bytes + 2) break
      this.#add(known.subarray(begin, begin + bytes))
      at = begin + bytes + 2
    }
    if (known.length - at > LONGEST_ANSWER_BYTES) throw new Error('a chunk of an answer is too long')
    if (at < known.length) this.#pending = Buffer.from(known.subarray(at))
    return undefined
  }

  #add(piece: Buffer): void {
    if (piece.length === 0) return
    this.#bodyBytes += piece.length
    if (this.#bodyBytes > LONGEST_ANSWER_BYTES) throw new Error('an answer is too long')
    this.#body.push(Buffer.from(piece))
  }

  #whole(): HttpAnswer {
    const head = this.#head ?? ''
    const body = this.#body.length > 1 ? Buffer.concat(this.#body) : this.#body[0]
    return new HttpAnswer(Number(head.slice(9, 12)), () => headersOf(head), body)
  }
}

/** After the last chunk come lines of trailers, which are passed over, and an empty one. */
function endOfTrailers(known: Buffer, begin: number): number | undefined {
  if (known.indexOf('\r\n', begin) === begin) return begin + 2
  const end = known.indexOf(END_OF_HEAD, begin)
  return end === -1 ? undefined : end + END_OF_HEAD.length
}

function headersOf(head: string): HttpHeaders {
  const lines = head.split('\r\n').slice(1)
  const named = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  const headers: Record<string, string | string[]> = {}
  for (const [name, values] of Map.groupBy(named, ([name]) => name))
    headers[name] = values.length === 1 ? (values[0]?.[1] ?? '') : values.map(([, value]) => value)
  return headers
}
