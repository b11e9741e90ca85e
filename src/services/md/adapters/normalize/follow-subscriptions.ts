import { sessionIn } from '#lib/market/session-in.ts'
import type { FeedStatus } from '../feed-status.ts'

/** A session while it is open: its connections, and the instruments of which quotes come over them. */
type Session = { readonly open: Set<string>; readonly instruments: Set<string> }

/** Says which instruments a session is subscribed to, each once as long as one of its connections is open. Recordings without connections say nothing. */
export function followSubscriptions(status: (said: FeedStatus) => void) {
  const sessions = new Map<string, Session>()
  let connection = ''
  let current: Session | undefined

  function subscribe(instruments: readonly string[]): void {
    if (current === undefined) return
    const fresh = instruments.filter((instrument) => current?.instruments.has(instrument) === false)
    if (fresh.length === 0) return
    for (const instrument of fresh) current.instruments.add(instrument)
    status({ state: 'subscribed', connection, instruments: fresh })
  }

  function unsubscribe(instruments: readonly string[]): void {
    const gone = instruments.filter((instrument) => current?.instruments.delete(instrument) === true)
    if (gone.length > 0) status({ state: 'unsubscribed', connection, instruments: gone })
  }

  return {
    setConnection(name: string): void {
      if (name === connection) return
      current = sessions.get(sessionIn(name))
      connection = name
    },
    opened(name: string): void {
      const session = sessions.get(sessionIn(name)) ?? { open: new Set(), instruments: new Set() }
      sessions.set(sessionIn(name), session)
      session.open.add(name)
      current = session
      connection = name
    },
    closed(name: string): void {
      const session = sessions.get(sessionIn(name))
      session?.open.delete(name)
      if (session?.open.size !== 0) return
      sessions.delete(sessionIn(name))
      if (session === current) current = undefined
    },
    hear(instrument: string): void {
      if (current?.instruments.has(instrument) === false) subscribe([instrument])
    },
    told(instruments: readonly string[], isSo: boolean): void {
      if (isSo) subscribe(instruments)
      else unsubscribe(instruments)
    },
  }
}
