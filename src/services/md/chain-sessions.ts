import { sessionIn } from '#lib/market/session-in.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { type Chain, nobody, type Session } from './chain.ts'

/**
 * What a session was subscribed to is old when its last connection goes or its feed ends, until it is quoted again; when a feed starts, whatever its source said before. A
 * quote that no session is subscribed to is of its source alone. [MD-C4a]
 */
export function foldStatus(chain: Chain, status: PayloadOf<'md.status'>, source: string): void {
  const { state, feed, connection = '', instruments = [] } = status
  const name = `${feed} ${sessionIn(connection)}`
  const session = chain.sessions[name]
  switch (state) {
    case 'started':
    case 'ended':
      for (const [other, { source: by }] of Object.entries(chain.sessions))
        if (by === source && (state === 'started' || other.startsWith(`${feed} `))) endSession(chain, other)
      for (const { instrument } of chain.listed)
        if (chain.quotes[instrument]?.source === source && !isSubscribed(chain, instrument)) markOld(chain, instrument)
      return
    case 'connected':
      sessionOf(chain, name, source, connection)
      return
    case 'disconnected':
      if (session === undefined) return
      session.open = session.open.filter((one) => one !== connection)
      if (session.open.length === 0) endSession(chain, name)
      return
    case 'subscribed':
      for (const instrument of instruments) {
        if (chain.quotes[instrument] === undefined) continue
        sessionOf(chain, name, source, connection).contracts[instrument] = true
        chain.isSubscribed = true
      }
      return
    case 'unsubscribed':
      for (const instrument of instruments) leave(chain, name, instrument)
  }
}

/** With this connection open. */
function sessionOf(chain: Chain, name: string, source: string, connection: string): Session {
  const session = chain.sessions[name] ?? { source, open: [], contracts: {} }
  chain.sessions[name] = session
  if (!session.open.includes(connection)) session.open.push(connection)
  return session
}

function endSession(chain: Chain, name: string): void {
  for (const { instrument } of chain.listed) leave(chain, name, instrument)
  delete chain.sessions[name]
}

function leave(chain: Chain, session: string, instrument: string): void {
  const contracts = chain.sessions[session]?.contracts
  if (contracts?.[instrument] === undefined) return
  delete contracts[instrument]
  if (!isSubscribed(chain, instrument)) markOld(chain, instrument)
}

/** Some session tells its quotes. */
export const isSubscribed = ({ sessions }: Chain, instrument: string): boolean =>
  Object.values(sessions).some(({ contracts }) => contracts[instrument] === true)

/** That nobody quotes a contract is not known any more either. */
function markOld(chain: Chain, instrument: string): void {
  const quote = chain.quotes[instrument]
  if (quote === undefined) return
  const { expiry, bid, ask } = quote
  chain.quotes[instrument] = bid === null && ask === null ? { ...nobody, expiry } : { ...quote, isStale: true }
}
