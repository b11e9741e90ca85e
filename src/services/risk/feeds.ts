import { sessionIn } from '#lib/market/session-in.ts'
import type { Event } from '#schemas/event.ts'
import type { Account } from './account.ts'

/** Sessions of feeds, by feed and session, with those of their connections that are open: one replaces the other. */
export type Feeds = Map<string, FeedSession>
type FeedSession = { readonly feed: string; readonly source: string; readonly open: readonly string[] }

/** A session is down from when it has no connection any more until it has one, a feed that stalls until one of its connections comes or goes. [R24] */
export function foldFeed({ feeds }: Account, { source, payload }: Event<'md.status'>): void {
  const { feed, state, connection = '', instruments = [] } = payload
  const name = `${feed} ${sessionIn(connection)}`
  const others = (feeds.get(name)?.open ?? []).filter((one) => one !== connection)
  switch (state) {
    case 'started':
    case 'ended':
      for (const [one, session] of feeds)
        if (session.source === source && (state === 'started' || session.feed === feed)) feeds.delete(one)
      return
    case 'connected':
      feeds.delete(feed)
      feeds.set(name, { feed, source, open: [...others, connection] })
      return
    case 'disconnected':
      feeds.delete(feed)
      feeds.set(name, { feed, source, open: others })
      return
    case 'stalled':
      feeds.set(feed, { feed, source, open: [] })
      return
    case 'unsubscribed':
      if (instruments.length === 0 && feeds.get(name)?.open.length === 0) feeds.delete(name)
  }
}

/** The first feed of which a session is down; null where none is. */
export function downFeedOf({ feeds }: Account): string | null {
  for (const { feed, open } of feeds.values()) if (open.length === 0) return feed
  return null
}
