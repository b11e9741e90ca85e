/** The currency that an instrument's name ends in, as `BTCUSDT.BINANCE` in USDT; USD where it names none. */
export function quoteCurrencyOf(instrument: string): string {
  const symbol = instrument.split('.')[0]?.replace(/[-_]PERP$|_\d{6}$/, '') ?? ''
  const [, quote = 'USD'] =
    /^[A-Z0-9]{2,}?[-/_:]?(USDT|USDC|BUSD|TUSD|FDUSD|USD|EUR|GBP|JPY|CHF|AUD|NZD|CAD|INR|BTC|ETH|BNB)$/.exec(symbol) ??
    []
  return quote
}
