import { describe, expect, it } from 'vitest'
import { checkLine } from '#lib/codec/check-line.ts'

const event = { seq: 1, id: 'clock:e1.0', topic: 'system.time', v: 1, at: 5, source: 'clock', cause: null }
const line = (more: object = {}) => JSON.stringify({ ...event, payload: { now: 5 }, ...more })

describe('checkLine', () => {
  it('takes an event, also as the log writes it and with fields that it does not know', () => {
    expect(checkLine(line())).toEqual({ kind: 'valid' })
    expect(checkLine(line({ d: 0, crc: '00000000', payload: { now: 5, zone: 'UTC' } }))).toEqual({ kind: 'valid' })
  })

  it('names every fault of the envelope', () => {
    const checked = checkLine(line({ seq: 0, at: 1.5 }))
    expect(checked).toMatchObject({ kind: 'invalid', faults: [{ path: 'seq' }, { path: 'at' }] })
  })

  it('names faults of the payload by their path', () => {
    const checked = checkLine(line({ payload: { now: 'noon' } }))
    expect(checked).toMatchObject({ kind: 'invalid', faults: [{ path: 'payload.now' }] })
  })

  it('knows the topics', () => {
    const faults = [{ path: 'topic', message: 'there is no topic toString' }]
    expect(checkLine(line({ topic: 'toString' }))).toEqual({ kind: 'invalid', faults })
  })

  it('lets a newer version pass unchecked', () => {
    const newer = { kind: 'newer', topic: 'system.time', v: 2, known: 1 }
    expect(checkLine(line({ v: 2, payload: 'anything' }))).toEqual(newer)
  })

  it.each(['', '{', 'null', '[]', '7'])('is not shaken by %j', (text) => {
    expect(checkLine(text).kind).toBe('invalid')
  })
})
