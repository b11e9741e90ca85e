import { Args, Flags } from '@oclif/core'
import { chainTable, expiriesOf } from '#compose/chain-table.ts'
import { commandTree } from '#compose/tree-command.ts'
import { doorOf, treeFlags } from '#compose/tree-door.ts'
import { removedOf } from '#lib/journal/kept-events.ts'
import { logFolder } from '#lib/journal/log-folder.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import type { Event } from '#schemas/event.ts'
import { chainOf, type ToldChain } from '#services/md/adapters/chain-of-data.ts'
import { readEvents } from '#services/md/adapters/read-events.ts'
import { utcInstant } from '#services/md/adapters/utc-instant.ts'

export default class MdChain extends TraderCommand {
  static override summary = 'Show an option chain as it was told last, or ask for it as it is now'
  static override description =
    'The newest md.option.chain.snapshot of a run or, with --data, of a data set or a file of events (made of its listings and ticks where it tells none): calls to the left, puts to the right, a dash where nobody quotes, a question mark where nobody listens. --now has the running tree tell it first; a topology names the chains that are kept under `chains`.'
  static override examples = [
    '<%= config.bin %> md chain SPX.USA --data data/chains --expiry 2019-05-17',
    '<%= config.bin %> md chain GOOG.USA --data data/goog --at 2015-12-24T18:00:00Z',
    '<%= config.bin %> md chain BTC_USD.DERIBIT --now',
  ]
  static override enableJsonFlag = true
  static override args = {
    underlying: Args.string({ required: true, description: 'As instruments are named, like SPX.USA' }),
  }
  static override flags = {
    ...treeFlags,
    data: Flags.string({
      helpValue: 'PATH',
      description: 'A data set, a recording or a file of events instead of a run',
    }),
    now: Flags.boolean({ description: 'Ask the running tree for it', exclusive: ['data'] }),
    at: Flags.string({
      helpValue: 'TIME',
      description: 'As it was then, like 2015-12-24T18:00:00Z',
      exclusive: ['now'],
    }),
    expiry: Flags.string({ description: 'The day, like 2019-05-17 [default: the nearest]' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(MdChain)
    const { underlying } = args
    if (flags.now) await askNow(underlying, flags)
    const until = flags.at === undefined ? undefined : utcInstant(flags.at, 'at')
    const told =
      flags.data === undefined
        ? newestInLog(underlying, logIn(flags), until)
        : chainOf(readEvents(flags.data), underlying, until)
    if (told === null)
      throw new UserError(`no chain of ${underlying} has been told`, {
        hint:
          flags.data === undefined
            ? (removedOf(logIn(flags), { topics: ['md'] }) ??
              'ask for it with --now, or name it under chains in the topology')
            : 'see: trader md stat',
      })
    const { at, chain } = told
    const expiries = expiriesOf(chain)
    const expiry = flags.expiry ?? expiries[0]?.expiry ?? ''
    if (expiries.length > 0 && !expiries.some((one) => one.expiry === expiry))
      throw new UserError(`there is no expiry ${expiry}`, {
        hint: `there are ${expiries.map((one) => one.expiry).join(', ')}`,
      })
    const stale = chain.contracts.filter(({ isStale }) => isStale === true).length
    const unheard = chain.contracts.filter(({ isUnheard }) => isUnheard === true).length
    this.log(
      `${underlying} ${chain.underlyingPrice ?? ''} at ${new Date(at / 1000).toISOString()}: ${chain.contracts.length} contracts, ${expiries.length} expiries${stale > 0 ? `, ${stale} quoted before the feed was interrupted` : ''}${unheard > 0 ? `, ${unheard} that no feed listens to` : ''}`,
    )
    this.log(expiries.map((one) => `${one.expiry} ${one.contracts} (${one.twoSided} two-sided)`).join(', '))
    if (expiries.length > 0) this.log(chainTable(chain, expiry))
    return { at, expiries, ...chain }
  }
}

async function askNow(underlying: string, flags: Parameters<typeof doorOf>[0]): Promise<void> {
  const door = doorOf(flags)
  if (door === null)
    throw new UserError(`nothing runs: no tree of run ${flags.run}`, { hint: 'start it with: trader up' })
  const answer = await commandTree(door, {
    command: 'chain.snapshot',
    instrument: underlying,
    reason: 'trader md chain',
  })
  if (!answer.isDone) throw new UserError(answer.message)
}

const logIn = ({ run, logs }: { readonly run: string; readonly logs: string }): string =>
  logs === 'logs' ? logFolder({ run }) : `${logs}/${run}`

function newestInLog(underlying: string, folder: string, until = Number.POSITIVE_INFINITY): ToldChain | null {
  const topics = ['md.option.chain.snapshot']
  let newest: ToldChain | null = null
  for (const { content } of readLog(folder, { topics, isKeptEnough: true })) {
    const { at, payload } = JSON.parse(content) as Event<'md.option.chain.snapshot'>
    if (payload.underlying === underlying && at <= until) newest = { at, chain: payload }
  }
  return newest
}
