import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { optionalPackage } from '#lib/files/optional-package.ts'
import { type ReadOptions, readLog } from '#lib/journal/read-log.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** What is used of `@duckdb/node-api`, which is not installed with trader. */
type DuckDb = {
  DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection>; closeSync(): void }> }
}
type Connection = {
  run(sql: string): Promise<unknown>
  runAndReadAll(sql: string): Promise<{
    columnNames(): string[]
    columnTypes(): readonly { toString(): string }[]
    getRowObjectsJson(): Record<string, unknown>[]
  }>
  closeSync(): void
}

export type SqlLog = {
  readonly query: (sql: string) => Promise<{ readonly columns: string[]; readonly rows: Record<string, unknown>[] }>
  readonly close: () => void
}

const packageName = '@duckdb/node-api'
const testedVersion = '1.5.6-r.1'
const columns = {
  seq: 'BIGINT',
  id: 'VARCHAR',
  topic: 'VARCHAR',
  v: 'INTEGER',
  at: 'BIGINT',
  source: 'VARCHAR',
  cause: 'VARCHAR',
  payload: 'JSON',
}

/**
 * The events that a log keeps as the view `events` of a DuckDB in memory: the fields of the envelope, `time` (that of `at`) and `payload` as JSON.
 * Throws a UserError when DuckDB is not installed.
 */
export async function openSqlLog(folder: string, options: ReadOptions): Promise<SqlLog> {
  const { DuckDBInstance } = await optionalPackage<DuckDb>(
    packageName,
    'SQL over logs needs DuckDB, which is not installed with trader',
    `npm install --no-save ${packageName}@${testedVersion}`,
  )
  const temporary = mkdtempSync(join(tmpdir(), 'trader-sql-'))
  const remove = () => rmSync(temporary, { recursive: true, force: true })
  // Interrupted it leaves no copy of a log behind.
  const interrupted = (signal: NodeJS.Signals) => {
    remove()
    process.exit(128 + constants.signals[signal])
  }
  for (const signal of ending) process.on(signal, interrupted)
  const end = () => {
    for (const signal of ending) process.off(signal, interrupted)
    remove()
  }
  try {
    const file = join(temporary, 'events.jsonl')
    await pipeline(Readable.from(blocks(folder, options)), createWriteStream(file))
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const types = Object.entries(columns).map(([name, type]) => `'${name}': '${type}'`)
    const source = `read_json('${file.replaceAll("'", "''")}', format = 'newline_delimited', columns = {${types.join(', ')}})`
    await connection.run(`create view events as select *, make_timestamp("at") as "time" from ${source}`)
    return {
      async query(sql) {
        try {
          const reader = await connection.runAndReadAll(sql)
          return { columns: reader.columnNames(), rows: withNumbers(reader) }
        } catch (error) {
          throw new UserError((error as Error).message.split('\n')[0] ?? 'DuckDB refuses', {
            hint: 'the view is events: seq, id, topic, v, at, time, source, cause, payload',
          })
        }
      },
      close() {
        connection.closeSync()
        instance.closeSync()
        end()
      },
    }
  } catch (error) {
    end()
    throw error
  }
}

const ending = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Counts are of 64 bits or more, which DuckDB puts into JSON as text: those that JSON has as numbers are numbers. */
function withNumbers(reader: Awaited<ReturnType<Connection['runAndReadAll']>>): Record<string, unknown>[] {
  const types = reader.columnTypes().map(String)
  const wide = reader.columnNames().filter((_, i) => /^U?(BIG|HUGE)INT$/.test(types[i] ?? ''))
  return reader.getRowObjectsJson().map((row) => {
    for (const column of wide) {
      const number = Number(row[column] ?? Number.NaN)
      if (Number.isSafeInteger(number)) row[column] = number
    }
    return row
  })
}

function* blocks(folder: string, options: ReadOptions): Generator<string> {
  let block = ''
  for (const { content } of readLog(folder, { ...options, isKeptEnough: true })) {
    block += `${content}\n`
    if (block.length < 1 << 16) continue
    yield block
    block = ''
  }
  yield block
}
