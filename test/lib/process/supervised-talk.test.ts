import { describe, expect, it } from 'vitest'
import { isAlarming, talkAsJson, talkAsText } from '#lib/process/supervised-talk.ts'

const warned = '{"level":40,"time":1700000000000,"msg":"slow","ms":12,"err":{"message":"late"}}'

describe('the talk of a child', () => {
  it('keeps its JSON and gets its name in front', () => {
    expect(JSON.parse(talkAsJson('md', warned, 1))).toEqual({ process: 'md', ...JSON.parse(warned) })
    expect(JSON.parse(talkAsJson('md', 'plain {', 1))).toEqual({ level: 30, time: 1, process: 'md', msg: 'plain {' })
  })

  it('is one readable line on a terminal', () => {
    expect(talkAsText('md', warned, 1)).toBe('22:13:20.000 md         WARN slow late ms=12')
    expect(talkAsText('risk', '{broken', 1)).toBe('00:00:00.001 risk       {broken')
  })

  it('alarms from warnings on, and when it is no line of a log', () => {
    expect([warned, '{"level":30,"msg":"x"}', 'Error: boom'].map(isAlarming)).toEqual([true, false, true])
  })
})
