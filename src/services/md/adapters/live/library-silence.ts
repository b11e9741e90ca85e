import type { FeedStatus } from '../feed-status.ts'
import { everLonger } from './backoff-jitter.ts'
import type { LibraryStream } from './library-venue.ts'

type Heard = { at: number; isFlagged: boolean; restarts: number; notBefore: number }

/** Notices streams of a library that have gone silent beside others, by when each was heard; times in microseconds. */
export function followSilence(
  silentMicros: number,
  start: number,
  status: (connection: string, status: FeedStatus) => void,
) {
  const streams = new Map<LibraryStream, Heard>()
  let newest = start
  const say = ({ name }: LibraryStream, state: 'flagged' | 'cleared', reason: string) =>
    status(name, { state, code: 'silent_stream', stream: name, reason })
  return {
    hear(stream: LibraryStream, now: number): void {
      newest = now
      const known = streams.get(stream)
      if (known === undefined) {
        streams.set(stream, { at: now, isFlagged: false, restarts: 0, notBefore: 0 })
        return
      }
      if (known.isFlagged) say(stream, 'cleared', 'it is heard')
      Object.assign(known, { at: now, isFlagged: false, restarts: 0, notBefore: 0 })
    },

    /** What is to be done: connections are ended where nothing comes at all, or a stream is silent that never is. */
    look(now: number): 'nothing' | 'silence' | 'restart' {
      if (now - newest >= silentMicros) {
        newest = now
        return 'silence'
      }
      let wish: 'nothing' | 'restart' = 'nothing'
      for (const [stream, heard] of streams) {
        if (now < Math.max(heard.at + silentMicros, heard.notBefore)) continue
        if (!heard.isFlagged) say(stream, 'flagged', `nothing for ${Math.round((now - heard.at) / 1000)} ms`)
        heard.isFlagged = true
        heard.notBefore = now + everLonger(silentMicros, ++heard.restarts)
        if (stream.isSteady) wish = 'restart'
      }
      return wish
    },
  }
}
