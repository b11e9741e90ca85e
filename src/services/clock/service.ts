import { z } from 'zod'
import { defineService } from '#lib/kernel/service.ts'
import type { Event, Statement } from '#schemas/event.ts'

export const ClockConfig = z.strictObject({
  /** How often the time is said, in microseconds of event time. */
  stepMicros: z.int().min(1_000).default(3_600_000_000),
})

type Clock = { config: z.infer<typeof ClockConfig>; now: number }

/** Says the time as the market's events pass it; the rules are in SPEC.md. */
export const clock = defineService({
  name: 'clock',
  config: ClockConfig,
  subscribes: ['md.bar', 'md.tick', 'md.option.tick', 'md.status'],
  emits: ['system.time'],
  init: (config): Clock => ({ config, now: -1 }),
  reconfigure: (time, config) => ({ ...time, config }),
  evolve(time: Clock, event: Event<In | 'system.time'>) {
    if (event.topic === 'system.time') time.now = event.payload.now
    return time
  },
  decide({ config, now }: Clock, { at, topic, payload }: Event<In>): readonly Statement<'system.time'>[] {
    const isNextStep = at > now && (now < 0 || Math.floor(at / config.stepMicros) > Math.floor(now / config.stepMicros))
    const isEnd = topic === 'md.status' && payload.state === 'ended' && at >= now
    return isNextStep || isEnd ? [{ topic: 'system.time', payload: { now: at } }] : []
  },
})

type In = 'md.bar' | 'md.tick' | 'md.option.tick' | 'md.status'
