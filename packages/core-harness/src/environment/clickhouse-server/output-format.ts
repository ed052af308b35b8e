interface OutputFormat {
  contentType: string
  /**
   * How many lines of heading a piece of the result begins with; absent when pieces do not simply follow one another
   * (a document such as JSON or Parquet), so that the result is only sent whole.
   */
  headingLines?: number
  /** Names in the heading are in double quotes and may hold line breaks. */
  quotedNames?: boolean
}

const NDJSON = 'application/x-ndjson; charset=UTF-8'
const JSON_DOCUMENT = 'application/json; charset=UTF-8'
const TSV = 'text/tab-separated-values; charset=UTF-8'
const CSV = 'text/csv; charset=UTF-8; header=absent'
const CSV_HEADED = 'text/csv; charset=UTF-8; header=present'
const BINARY = 'application/octet-stream'

const FORMATS = new Map<string, OutputFormat>()

function declare(names: string, contentType: string, headingLines?: number) {
  const format =
    headingLines === undefined ? { contentType } : { contentType, headingLines, quotedNames: names.startsWith('CSV') }
  for (const name of names.split(' ')) FORMATS.set(name.toLowerCase(), format)
}

/** The three forms that most text formats have: rows, rows under names, rows under names and types. */
function declareFamily(names: string, contentType: string, headedType = contentType) {
  for (const name of names.split(' ')) {
    declare(name, contentType, 0)
    declare(`${name}WithNames`, headedType, 1)
    declare(`${name}WithNamesAndTypes`, headedType, 2)
  }
}

declareFamily('TabSeparated TSV TabSeparatedRaw TSVRaw Raw', TSV)
declareFamily('CSV', CSV, CSV_HEADED)
declareFamily('JSONCompactEachRow JSONCompactStringsEachRow', NDJSON)
declare('JSONEachRow JSONLines NDJSON JSONStringsEachRow', NDJSON, 0)
declare('RowBinary Native', BINARY, 0)
declare('TSKV', TSV, 0)
declare('JSONEachRowWithProgress JSONStringsEachRowWithProgress', NDJSON)
declare('JSONCompactEachRowWithProgress JSONCompactStringsEachRowWithProgress', NDJSON)
declare('JSON JSONStrings JSONCompact JSONCompactStrings JSONColumns JSONColumnsWithMetadata', JSON_DOCUMENT)
declare('JSONCompactColumns JSONObjectEachRow', JSON_DOCUMENT)
declare('XML', 'application/xml; charset=UTF-8')
declare('Markdown', 'text/markdown; charset=UTF-8')
declare('RowBinaryWithNames RowBinaryWithNamesAndTypes Parquet ORC Arrow ArrowStream Avro MsgPack', BINARY)
declare('Protobuf CapnProto BSONEachRow Npy RawBLOB', BINARY)

/** A format that is not listed, or does not exist, is sent whole and as text: the engine says what is wrong with it. */
export function outputFormat(name: string): OutputFormat {
  return FORMATS.get(name.toLowerCase()) ?? { contentType: 'text/plain; charset=UTF-8' }
}
