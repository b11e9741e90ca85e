/** What Binance answers a request with that it refuses: HTTP status, and its own code and words. */
export class BinanceFault extends Error {
  readonly status: number
  readonly code: number

  /** What the answer says. */
  readonly body: object

  constructor(code: number, message: string, status = 400, data?: object) {
    super(message)
    this.code = code
    this.status = status
    this.body = { code, msg: message, ...(data === undefined ? {} : { data }) }
  }
}

/** Faults by name, with Binance's codes (Spot API, "Error codes"). */
export const fault = {
  disconnected: () => new BinanceFault(-1001, 'Internal error; unable to process your request. Please try again.', 503),
  mandatory: (name: string) =>
    new BinanceFault(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`),
  illegal: (name: string) => new BinanceFault(-1100, `Illegal characters found in parameter '${name}'.`),
  notRequired: (name: string) => new BinanceFault(-1106, `Parameter '${name}' sent when not required.`),
  symbol: () => new BinanceFault(-1121, 'Invalid symbol.'),
  orderType: () => new BinanceFault(-1116, 'Invalid orderType.'),
  side: () => new BinanceFault(-1117, 'Invalid side.'),
  timeInForce: () => new BinanceFault(-1115, 'Invalid timeInForce.'),
  timestamp: () => new BinanceFault(-1021, 'Timestamp for this request is outside of the recvWindow.'),
  signature: () => new BinanceFault(-1022, 'Signature for this request is not valid.', 401),
  apiKey: () => new BinanceFault(-2015, 'Invalid API-key, IP, or permissions for action.', 401),
  filter: (name: string) => new BinanceFault(-1013, `Filter failure: ${name}`),
  rejected: (message: string) => new BinanceFault(-2010, message),
  cancelRejected: () => new BinanceFault(-2011, 'Unknown order sent.'),
  noOrder: () => new BinanceFault(-2013, 'Order does not exist.'),
  listenKey: () => new BinanceFault(-1125, 'This listenKey does not exist.'),
  notFound: () => new BinanceFault(-1000, 'there is no such endpoint here; see docs/served-binance.md', 404),
} as const
