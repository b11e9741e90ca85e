import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { Conversions } from '#lib/domain/conversion.ts'
import { yamlValue } from '#lib/files/yaml-value.ts'
import { mayBeWritten } from '#lib/journal/durability.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { MarketHours } from '#lib/time/market-hours.ts'
import { Currency, InstrumentId, Interval, Micros, Money, Name } from '#schemas/primitives.ts'
import { FeedConfig, playedFrom, Speed } from '#services/md/adapters/feed-config.ts'
import { OptionPolicy, RoleOrders } from '#services/resolver/service.ts'
import { ApprovalTtlMs, RiskConfig } from '#services/risk/service.ts'
import { VenueSettings } from './venue-settings.ts'

/** Returns are fractions of it. */
export const StartingCash = Money.refine(
  (money) => !money.startsWith('-') && /[1-9]/.test(money),
  'expected more than 0',
)

/** An instrument, or the option that the resolver picks on an underlying at the time. */
const RoleTarget = z.union([
  InstrumentId,
  z.strictObject({
    option: OptionPolicy,
  }),
])

const LeanHours = z.strictObject({
  /** A market-hours-database.json. */
  lean: z.string(),
  /** A key of it, like `Equity-usa-[*]`. */
  market: z.string(),
})

/** What entered a recorded run from outside, fed again. */
export const RunFeed = z.strictObject({
  kind: z.literal('run'),
  /** The folder of its log. */
  path: z.string(),
  speed: Speed.default('max'),
  /** Up to here as fast as it is taken: microseconds UTC, or the seq of an event of that log. */
  seek: z.union([z.strictObject({ at: Micros }), z.strictObject({ seq: z.int().min(1) })]).optional(),
})

export type RunFeed = z.infer<typeof RunFeed>

/** How the log keeps events: when it acknowledges those of a namespace, how large its files become, whether full ones are compressed. */
const LogSettings = z.strictObject({
  durability: z.partialRecord(z.enum(mayBeWritten), z.enum(['fsync', 'written'])).default({}),
  compress: z.boolean().default(true),
  /** What is removed once no snapshot needs it: what was written more than so many days ago that something was written on, the oldest of more than so much. */
  retention: z
    .partialRecord(z.enum(mayBeWritten), z.strictObject({ days: z.int().min(1), mib: z.int().min(1) }).partial())
    .default({}),
  /** A file of this size is full, and the next begins. */
  segmentMiB: z.int().min(1).max(1_024).default(64),
})

type OfNow = {
  readonly feed: z.infer<typeof FeedConfig> | RunFeed
  readonly clock: { readonly mode?: 'live' | 'replay' | undefined }
  readonly lockstep: boolean
}

/** Its time is that of the system's clock. */
export const isOfNow = ({ feed, clock, lockstep }: OfNow): boolean => {
  const isLive = feed.kind === 'exchange' || (feed.kind === 'seeded' && playedFrom(feed) === null)
  return isLive && !lockstep && clock.mode !== 'replay'
}

/** Where exits of a bracket stand at the venue. */
const keepExits: ReadonlySet<string> = new Set(['simulated', 'binance-usdm', 'deribit'])

/** What a tree of processes, or a backtest, is made of: what runs, on which market, with which money. */
export const Topology = z
  .strictObject({
    /** The name of the run: its log is in `<logs>/<run>`. */
    run: Name.default('live'),
    logs: z.string().default('logs'),
    keys: z.string().default('keys'),
    router: z
      .strictObject({ host: z.string().default('127.0.0.1'), port: z.int().min(0).max(65_535).default(7411) })
      .default({ host: '127.0.0.1', port: 7411 }),
    log: LogSettings.prefault({}),
    /** How often a service writes down what it holds, so that it begins there again; 0: never. Under lockstep it does not. */
    snapshots: z.strictObject({ everySeconds: z.int().min(0).max(86_400).default(60) }).default({ everySeconds: 60 }),
    /** One event at a time, so that the log is that of the same backtest. */
    lockstep: z.boolean().default(false),
    /** Microseconds UTC: the time of the configurations, where the run is not live. */
    startsAt: Micros.optional(),
    feed: z.discriminatedUnion('kind', [FeedConfig, RunFeed]),
    /** Bars that are built from trades. */
    bars: z
      .array(z.strictObject({ instrument: InstrumentId.optional(), interval: Interval, calendar: Name.optional() }))
      .default([]),
    /** A file that `trader instruments import` made: what it says of an instrument's sessions holds for bars, indicators and strategies. */
    catalogue: z.string().optional(),
    /** The hours of markets whose bars are counted from the open, written here or read from LEAN's database of them. */
    calendars: z.record(Name, z.union([MarketHours, LeanHours])).default({}),
    /** Option chains that are told whole, each time an interval of the day is over, and when `trader md chain --now` asks. */
    chains: z
      .array(z.strictObject({ underlying: InstrumentId, every: Interval.regex(/(?:ms|s|m|h|d)$/).optional() }))
      .default([]),
    account: z
      .strictObject({
        currency: Currency,
        startingCash: StartingCash,
        conversions: Conversions.optional(),
        fifo: z.boolean().optional(),
      })
      .default({ currency: 'USD', startingCash: '100000' }),
    clock: z
      .strictObject({
        /** `live` says the time of the system's clock, `replay` that of the events. */
        mode: z.enum(['live', 'replay']).optional(),
        stepMicros: z.int().min(1_000).optional(),
      })
      .default({}),
    /** The simulated exchange (`fill: touch`), or a real one (`kind: binance`). */
    venue: VenueSettings,
    risk: RiskConfig.omit({ currency: true, startingCash: true, conversions: true })
      .extend({ approvalTtlMs: ApprovalTtlMs.optional() })
      .prefault({}),
    strategies: z
      .array(
        z.strictObject({
          file: z.string(),
          roles: z.record(Name, RoleTarget),
          /** How its orders are worded; without it they are market orders. */
          orders: RoleOrders.optional(),
        }),
      )
      .default([]),
  })
  .refine(({ feed, strategies }) => feed.kind === 'run' || strategies.length > 0, {
    path: ['strategies'],
    message: 'a tree trades at least one strategy',
  })
  .superRefine(({ venue, strategies }, context) => {
    if (keepExits.has(venue.kind)) return
    strategies.forEach(({ orders }, n) => {
      if (orders?.protection !== 'venue') return
      const path = ['strategies', n, 'orders', 'protection']
      context.addIssue({
        code: 'custom',
        path,
        message: `${venue.kind} keeps no exits of a bracket, as these do: ${[...keepExits].join(', ')}`,
      })
    })
  })
  .superRefine(({ venue }, context) => {
    if (venue.kind !== 'simulated' || venue.fill === 'touch') return
    const needsQuotes = { queue: venue.queue.kind !== 'none', slippage: venue.slippage.kind === 'book-walk' }
    for (const [key, isAsked] of Object.entries(needsQuotes))
      if (isAsked)
        context.addIssue({ code: 'custom', path: ['venue', key], message: `is for fill: touch, not ${venue.fill}` })
  })
  .refine((topology) => topology.venue.kind === 'simulated' || isOfNow(topology), {
    path: ['venue', 'kind'],
    message: 'a real venue is for a live market, without lockstep',
  })
  .refine(({ clock, lockstep }) => !lockstep || clock.mode !== 'live', {
    path: ['clock', 'mode'],
    message: 'in lockstep the time is that of the events: replay',
  })
  .refine(
    ({ log, snapshots, lockstep }) =>
      Object.keys(log.retention).length === 0 || (snapshots.everySeconds > 0 && !lockstep),
    { path: ['log', 'retention'], message: 'services that keep no snapshots need every event: nothing can be removed' },
  )
  // Its gateway keeps no snapshot, and counts what others trade in all that was listed since the run began.
  .refine(({ log, venue }) => venue.kind === 'simulated' || log.retention.md === undefined, {
    path: ['log', 'retention', 'md'],
    message: 'a real venue needs every listing of the run: md cannot be removed',
  })
export type Topology = z.infer<typeof Topology>

/** Reads a topology file (YAML). Strategy and data paths are relative to the file. Throws a UserError with the line of the fault. */
export function readTopology(file: string): Topology {
  const document = parseDocument(readText(file), { prettyErrors: true })
  const [broken] = document.errors
  if (broken)
    throw new UserError(broken.message.split('\n')[0] ?? 'is not YAML', { file, line: broken.linePos?.[0].line })
  const read = yamlValue(document)
  if ('fault' in read) throw new UserError(read.fault, { file, line: lineAt(readText(file), read.offset) })
  const parsed = Topology.safeParse(read.value)
  if (!parsed.success) throw faultOf(file, document, parsed.error)
  return withPaths(parsed.data, (path) => (isAbsolute(path) ? path : join(dirname(file), path)))
}

/** The same for a file that lies anywhere: its paths are absolute. */
export const placed = (topology: Topology): Topology => withPaths(topology, (path) => resolve(path))

function withPaths(topology: Topology, from: (path: string) => string): Topology {
  const { feed, strategies, calendars, venue } = topology
  return {
    ...topology,
    venue: 'keyFile' in venue && venue.keyFile !== undefined ? { ...venue, keyFile: from(venue.keyFile) } : venue,
    feed: withFeedPaths(feed, from),
    ...(topology.catalogue === undefined ? {} : { catalogue: from(topology.catalogue) }),
    calendars: Object.fromEntries(
      Object.entries(calendars).map(([name, hours]) => [
        name,
        'lean' in hours ? { ...hours, lean: from(hours.lean) } : hours,
      ]),
    ),
    strategies: strategies.map((strategy) => ({ ...strategy, file: from(strategy.file) })),
  }
}

function withFeedPaths(feed: Topology['feed'], from: (path: string) => string): Topology['feed'] {
  if ('path' in feed) return { ...feed, path: from(feed.path) }
  return feed.kind === 'exchange' && feed.raw !== undefined ? { ...feed, raw: from(feed.raw) } : feed
}

function faultOf(file: string, document: ReturnType<typeof parseDocument>, error: z.ZodError): UserError {
  const issue = error.issues[0] as z.core.$ZodIssue
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const path = [...issue.path, ...unknownKey] as (string | number)[]
  let node: unknown
  for (let length = path.length; length > 0 && node === undefined; length--)
    node = document.getIn(path.slice(0, length), true)
  const offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0]
  const line = offset === undefined ? 1 : lineAt(readText(file), offset)
  return new UserError(`${path.length > 0 ? `${path.join('.')}: ` : ''}${issue.message}`, { file, line })
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UserError(code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${code}`, { file })
  }
}
