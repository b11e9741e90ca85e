import { closeSync, openSync, writeSync } from 'node:fs'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  type SchemaElement,
} from 'hyparquet'
import { UserError } from '#lib/terminal/user-error.ts'

/**
 * Writes the rows of a Parquet file as CSV with a header, row group by row group. Decimals keep their scale, times are microseconds since 1970, doubles
 * and floats the shortest text that means the same number; columns of lists and structures are left out. Throws a UserError on what is no Parquet.
 */
export async function writeParquetAsCsv(file: string, to: string): Promise<void> {
  const fd = openSync(to, 'w')
  try {
    const source = await asyncBufferFromFile(file)
    const metadata = await parquetMetadataAsync(source)
    const columns = plainColumns(metadata)
    const names = columns.map(({ name }) => name)
    writeSync(fd, `${names.map(csvCell).join(',')}\n`)
    const cells = columns.map(cellOf)
    let rowStart = 0
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows)
      const onComplete = (rows: readonly unknown[][]) => {
        const lines = rows.map((row) => `${cells.map((text, i) => csvCell(text(row[i]))).join(',')}\n`)
        writeSync(fd, lines.join(''))
      }
      await parquetRead({ file: source, metadata, columns: names, rowStart, rowEnd, compressors, parsers, onComplete })
      rowStart = rowEnd
    }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`cannot be read as Parquet: ${(error as Error).message}`, { file })
  } finally {
    closeSync(fd)
  }
}

const compressors = {
  GZIP: (bytes: Uint8Array) => gunzipSync(bytes),
  ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes),
}

const parsers = {
  timestampFromMilliseconds: (ms: bigint) => String(ms * 1000n),
  timestampFromMicroseconds: (us: bigint) => String(us),
  timestampFromNanoseconds: (ns: bigint) => String(ns / 1000n),
  dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
}

/** Those that stand at the top and have no parts. */
function plainColumns({ schema }: FileMetaData): SchemaElement[] {
  const columns: SchemaElement[] = []
  for (let i = 1; i < schema.length; i++) {
    const element = schema[i] as SchemaElement
    if (element.num_children === undefined && element.repetition_type !== 'REPEATED') columns.push(element)
    else i += partsOf(schema, i)
  }
  return columns
}

function partsOf(schema: readonly SchemaElement[], at: number): number {
  let count = 0
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) count += 1 + partsOf(schema, at + 1 + count)
  return count
}

function cellOf({ name, type, converted_type, logical_type, scale = 0 }: SchemaElement): (value: unknown) => string {
  const isDecimal = converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL'
  return (value) => {
    if (value === null || value === undefined) return ''
    if (typeof value !== 'number') return String(value)
    if (!isDecimal) return type === 'FLOAT' ? floatText(value) : String(value)
    if (Math.abs(value) * 10 ** scale > 1e15) throw new Error(`${name} has the decimal ${value}: more than 15 digits`)
    return value.toFixed(scale)
  }
}

/** The shortest text of the float, not of the double that holds it. */
function floatText(value: number): string {
  for (let digits = 6; digits < 9; digits++)
    if (Math.fround(Number(value.toPrecision(digits))) === value) return String(Number(value.toPrecision(digits)))
  return String(value)
}

const csvCell = (text: string): string =>
  /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""').replace(/[\n\r]+/g, ' ')}"` : text
