/** What Binance answers a request with that it refuses: HTTP status, and its own code and words. */
export class BinanceFault extends Error {
  readonly status: number
  readonly code: number

  /** Nothing is to be asked for before, milliseconds. */
  retryAt: number | null = null

  /** What the answer says. */
  readonly body: object

  constructor(code: number, message: string, status = 400, data?: object) {
    super(message)
    this.code = code
    this.status = status
    this.body = { code, msg: message, ...(data === undefined ? {} : { data }) }
  }
}

type Limit = { readonly limit: number; readonly interval: string; readonly intervalNum: number }

const withRetry = (refused: BinanceFault, atMs: number): BinanceFault => {
  refused.retryAt = atMs
  return refused
}

/** Faults by name, with Binance's codes (Spot API, "Error codes"). */
export const fault = {
  disconnected: () => new BinanceFault(-1001, 'Internal error; unable to process your request. Please try again.', 503),
  tooMuchWeight: ({ limit, interval, intervalNum }: Limit, atMs: number) =>
    withRetry(
      new BinanceFault(
        -1003,
        `Too much request weight used; current limit is ${limit} request weight per ${intervalNum} ${interval}. Please use WebSocket Streams for live updates to avoid polling the API.`,
        429,
      ),
      atMs,
    ),
  banned: (untilMs: number) =>
    withRetry(
      new BinanceFault(
        -1003,
        `Way too much request weight used; IP banned until ${untilMs}. Please use WebSocket Streams for live updates to avoid bans.`,
        418,
      ),
      untilMs,
    ),
  tooManyOrders: ({ limit, interval, intervalNum }: Limit) =>
    new BinanceFault(
      -1015,
      `Too many new orders; current limit is ${limit} orders per ${intervalNum} ${interval}.`,
      429,
    ),
  mandatory: (name: string) =>
    new BinanceFault(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`),
  mandatoryOne: (first: string, second: string) =>
    new BinanceFault(-1102, `Param '${first}' or '${second}' must be sent, but both were empty/null!`),
  illegal: (name: string, range: string) =>
    new BinanceFault(-1100, `Illegal characters found in parameter '${name}'; legal range is '${range}'.`),
  tooMany: (expected: number, sent: number) =>
    new BinanceFault(-1101, `Too many parameters; expected '${expected}' and received '${sent}'.`),
  duplicate: (name: string) => new BinanceFault(-1101, `Duplicate values for parameter '${name}'.`),
  unread: (read: number, sent: number) =>
    new BinanceFault(-1104, `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${sent}'.`),
  empty: (name: string) => new BinanceFault(-1105, `Parameter '${name}' was empty.`),
  notRequired: (name: string) => new BinanceFault(-1106, `Parameter '${name}' sent when not required.`),
  precision: (name: string) => new BinanceFault(-1111, `Parameter '${name}' has too much precision.`),
  hours: () => new BinanceFault(-1127, 'More than 24 hours between startTime and endTime.'),
  combination: () => new BinanceFault(-1128, 'Combination of optional parameters invalid.'),
  invalid: (name: string) => new BinanceFault(-1130, `Data sent for parameter '${name}' is not valid.`),
  recvWindow: () => new BinanceFault(-1131, 'recvWindow must be less than 60000.'),
  strategyType: () => new BinanceFault(-1134, 'strategyType was less than 1000000.'),
  json: () => new BinanceFault(-1135, 'Invalid JSON Request'),
  restrictions: () => new BinanceFault(-1145, 'cancelRestrictions has to be either ONLY_NEW or ONLY_PARTIALLY_FILLED.'),
  preventionMode: () => new BinanceFault(-1013, 'This symbol does not allow the specified self-trade prevention mode.'),
  symbol: () => new BinanceFault(-1121, 'Invalid symbol.'),
  orderType: () => new BinanceFault(-1116, 'Invalid orderType.'),
  side: () => new BinanceFault(-1117, 'Invalid side.'),
  timeInForce: () => new BinanceFault(-1115, 'Invalid timeInForce.'),
  timestamp: () => new BinanceFault(-1021, 'Timestamp for this request is outside of the recvWindow.'),
  early: () => new BinanceFault(-1021, "Timestamp for this request was 1000ms ahead of the server's time."),
  signature: () => new BinanceFault(-1022, 'Signature for this request is not valid.'),
  keyFormat: () => new BinanceFault(-2014, 'API-key format invalid.', 401),
  apiKey: () => new BinanceFault(-2015, 'Invalid API-key, IP, or permissions for action.', 401),
  filter: (name: string) => new BinanceFault(-1013, `Filter failure: ${name}`),
  rejected: (message: string) => new BinanceFault(-2010, message),
  cancelRejected: (message = 'Unknown order sent.') => new BinanceFault(-2011, message),
  amendRejected: (message: string) => new BinanceFault(-2038, message),
  otherOrder: () => new BinanceFault(-2039, 'Client order ID is not correct for this order ID.'),
  noOrder: () => new BinanceFault(-2013, 'Order does not exist.'),
  listenKey: () => new BinanceFault(-1125, 'This listenKey does not exist.'),
  tooLong: (most: number) => new BinanceFault(-1000, `The body is longer than ${most} bytes.`, 413),
  notFound: () => new BinanceFault(-1000, 'there is no such endpoint here; see docs/served-binance.md', 404),
} as const
