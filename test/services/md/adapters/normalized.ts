import type { Decoder } from '#services/md/adapters/normalize/decoder.ts'
import { normalizeRecording, surveyRecording } from '#services/md/adapters/normalize/normalize-recording.ts'
import { startNormalizer } from '#services/md/adapters/normalize/normalizer.ts'
import type { RawRecord } from '#services/md/adapters/raw/raw-record.ts'
import { countingReport, nothingLeftOut } from '#services/md/adapters/read-report.ts'
import { venueNamed } from '#services/md/adapters/venues.ts'

/** A normaliser that is fed frames by hand, one a second. */
export function byHand(decoder: Decoder, canWait = false) {
  const leftOut: string[] = []
  const listed: string[] = []
  const normalizer = startNormalizer({
    feed: 'test',
    decoder,
    canWait: () => canWait,
    keepsPartialBars: true,
    onLeftOut: (reason) => leftOut.push(reason),
    onListing: ({ instrument }) => listed.push(instrument),
  })
  let at = 1_723_161_256_000_000
  const read = (record: Omit<RawRecord, 'at'>) => {
    at += 1_000_000
    return normalizer.read({ ...record, at } as RawRecord)
  }
  return {
    leftOut,
    listed,
    frame: (frame: object | string) =>
      read({
        kind: 'frame',
        connection: 'c',
        text: typeof frame === 'string' ? frame : JSON.stringify(frame),
      } as RawRecord),
    answer: (url: string, body: object) => read({ kind: 'answer', url, text: JSON.stringify(body) } as RawRecord),
    close: () => read({ kind: 'closed', connection: 'c', reason: 'test' } as RawRecord),
    end: () => normalizer.end(),
  }
}

/** Everything that recordings say, with how often each topic. */
export function normalized(venueName: string, ...files: string[]) {
  const recording = { ...venueNamed(venueName), files }
  const survey = surveyRecording(recording, {}, () => undefined)
  const leftOut = nothingLeftOut()
  const facts = [
    ...survey.listings,
    ...normalizeRecording(recording, survey, {
      feed: 'test',
      keepsPartialBars: true,
      report: countingReport(leftOut, true),
      isStrict: false,
    }),
  ]
  return { facts, leftOut }
}
