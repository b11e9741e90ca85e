import type { MarketFact } from '#lib/market/market-fact.ts'
import { type DataSetContents, writeDataSet } from '#services/md/adapters/write-data-set.ts'

/** Writes a data set of made facts into a folder: of bars and simulated, where nothing else is said. */
export const writeMadeDataSet = (
  dir: string,
  facts: () => Iterable<MarketFact>,
  { format = 'bars', isSimulated = true } = {},
): ReturnType<typeof writeDataSet> => {
  const contents: DataSetContents = {
    origin: { kind: 'generated', format, options: {}, sources: [] },
    isSimulated,
    facts,
    leftOut: () => ({ badLines: 0, rows: {} }),
    onProgress: () => undefined,
  }
  return writeDataSet(dir, contents)
}
