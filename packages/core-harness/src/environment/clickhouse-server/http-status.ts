/**
 * The status of a response by exception code, as ClickHouse's `exceptionCodeToHTTPStatus.cpp` has it: whoever tests
 * for 404 on an unknown table must see the same here.
 */
const CODES_BY_STATUS: Record<number, readonly number[]> = {
  // what could not be parsed or does not fit its type
  400: [6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675, 676],
  401: [194],
  403: [192, 193, 497, 512, 516],
  // what has no such name: function, identifier, type, storage, table, aggregate, format, kind of query, database, ...
  404: [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511],
  408: [159],
  411: [381],
  413: [229],
  415: [779],
  501: [48],
  503: [76, 209, 439],
}

const STATUS_BY_CODE = new Map(
  Object.entries(CODES_BY_STATUS).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)] as const)),
)

export function httpStatus(exceptionCode: number): number {
  return STATUS_BY_CODE.get(exceptionCode) ?? 500
}
