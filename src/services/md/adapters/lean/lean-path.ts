import { UserError } from '#lib/terminal/user-error.ts'

export const leanTypes = [
  'equity',
  'option',
  'index',
  'indexoption',
  'future',
  'futureoption',
  'forex',
  'cfd',
  'crypto',
  'cryptofuture',
] as const
export const leanResolutions = ['tick', 'second', 'minute', 'hour', 'daily'] as const
export type LeanType = (typeof leanTypes)[number]
export type LeanResolution = (typeof leanResolutions)[number]
export type LeanContent = 'trade' | 'quote' | 'openinterest'

/** What the place of a LEAN file says about it. */
export type LeanPath = {
  /** The folder that holds the security types. */
  readonly root: string
  readonly type: LeanType
  readonly market: string
  readonly resolution: LeanResolution
  readonly ticker: string
  /** Of a future option: the contract month of the future, `202003`. */
  readonly underlyingMonth?: string
  /** `20131007` of a file of one day; the times in it count from its midnight. */
  readonly date?: string
  readonly content: LeanContent
}

/** Reads `.../equity/usa/minute/ibm/20131007_trade.zip`, `.../option/usa/daily/aapl_2014_quote_american.zip`, `.../forex/fxcm/hour/eurusd.zip`. */
export function parseLeanPath(file: string): LeanPath {
  const parts = file.split(/[\\/]/)
  for (let i = parts.length - 4; i >= 0; i--) {
    const [type = '', market = '', resolution = '', ...rest] = parts.slice(i)
    if (!isOneOf(leanTypes, type) || !isOneOf(leanResolutions, resolution)) continue
    const name = (rest.at(-1) as string).replace(/(\.zip)+$/i, '').toLowerCase()
    const root = parts.slice(0, i).join('/') || (i === 0 ? '.' : '/')
    const place = { root, type, market: market.toLowerCase(), resolution }
    const found = resolution === 'hour' || resolution === 'daily' ? wholeFile(name, type) : dayFile(name, rest)
    if (found !== null) return { ...place, ...found }
  }
  throw new UserError('the place of this file does not say what it holds', {
    file,
    hint: 'LEAN files lie in <type>/<market>/<resolution>/, for example equity/usa/minute/ibm/20131007_trade.zip',
  })
}

type Found = Pick<LeanPath, 'ticker' | 'date' | 'content' | 'underlyingMonth'>

/** `es/202003/20200106_quote_american` */
function dayFile(name: string, rest: readonly string[]): Found | null {
  const [, date, content] = /^(\d{8})_(trade|quote|openinterest)(?:_(?:american|european))?$/.exec(name) ?? []
  const ticker = rest[0]?.toLowerCase()
  if (date === undefined || ticker === undefined || rest.length < 2 || rest.length > 3) return null
  return { ticker, date, content: content as LeanContent, ...(rest.length === 3 ? { underlyingMonth: rest[1] } : {}) }
}

/** `spy`, `btcusd_trade`, `aapl_2014_quote_american`; without a word for it, currencies hold quotes and the rest trades. */
function wholeFile(name: string, type: LeanType): Found | null {
  const [, ticker, content] =
    /^([^_]+)(?:_\d{4})?(?:_(trade|quote|openinterest))?(?:_(?:american|european))?$/.exec(name) ?? []
  if (ticker === undefined) return null
  return {
    ticker,
    content: (content as LeanContent | undefined) ?? (type === 'forex' || type === 'cfd' ? 'quote' : 'trade'),
  }
}

const isOneOf = <T extends string>(words: readonly T[], word: string): word is T =>
  (words as readonly string[]).includes(word)
