import { setTimeout as sleep } from 'node:timers/promises'
import { readSecret } from '#lib/bus/auth.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import { trustedCa } from '#lib/bus/trusted-ca.ts'
import type { Event } from '#schemas/event.ts'
import { serviceRank } from '#schemas/service-rank.ts'
import type { ProcessFlags } from './service-process.ts'
import { strategiesIn } from './strategies-in.ts'
import { timeMode } from './time-mode.ts'
import type { Topology } from './topology.ts'

/**
 * Waits until the log has the configuration of every service that answers, and what each strategy asks to be computed, so that none of them
 * misses the beginning.
 */
export async function awaitConfigs(
  { url, keys }: ProcessFlags,
  topology: Topology,
  signal: AbortSignal,
  say: (message: string) => void,
): Promise<void> {
  const missing = new Set<string>(serviceRank)
  if (timeMode(topology) === 'live') missing.delete('clock')
  if (topology.venue.kind !== 'simulated') missing.delete('venue')
  const told = setTimeout(() => say(`waiting for ${[...missing].join(', ')}`), 5_000)
  while (missing.size > 0 && !signal.aborted) {
    try {
      await seeConfigs(url, keys, missing, signal)
    } catch {
      await sleep(100)
    }
  }
  clearTimeout(told)
}

function seeConfigs(url: string, keys: string, missing: Set<string>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new Error('the router is away'))
    connectBus({
      url,
      identity: 'md',
      secret: readSecret(keys, 'md'),
      ca: trustedCa(url, keys),
      from: 1,
      topics: ['system.config', 'strategy.loaded'],
      onClose,
      onEvents: (events) => {
        for (const event of events) take(event, missing)
        if (missing.size === 0) resolve()
      },
    }).then((bus) => {
      signal.addEventListener('abort', () => resolve())
      const closed = () => void bus.close()
      if (missing.size === 0) closed()
      else setInterval(() => missing.size === 0 && closed(), 100).unref()
    }, reject)
  })
}

function take({ topic, payload }: Event, missing: Set<string>): void {
  if (topic === 'strategy.loaded') missing.delete(`strategy ${payload.strategy}`)
  if (topic !== 'system.config') return
  missing.delete(payload.service)
  if (payload.service !== 'strategy') return
  for (const { definition } of strategiesIn(payload.config)) missing.add(`strategy ${definition.name}`)
}
