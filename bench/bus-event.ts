/** A trade of 300 bytes; its `sequence` is when it was said, in microseconds of the machine's monotonic clock. */
export function tradeBody(n: number, atMicros: number): string {
  const id = String(n).padStart(12, '0')
  return `{"id":"md-bench:e1.${n}","topic":"md.tick","v":1,"at":1764000000000000,"source":"md-bench","cause":null,"payload":{"kind":"trade","instrument":"BTCUSDT.BINANCE","price":"60123.45","size":"0.01200000","aggressor":"buy","tradeId":"${id}","exchangeAt":1764000000000000,"sequence":${atMicros}}}`
}

export const nowMicros = (): number => Number(process.hrtime.bigint() / 1_000n)

const name = '"sequence":'

/** When an event was said. Found and not parsed: what a subscriber makes of an event is not what is measured. */
export const saidAt = (text: string): number => Number.parseInt(text.slice(text.lastIndexOf(name) + name.length), 10)
