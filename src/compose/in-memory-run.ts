import { InProcess } from '#lib/kernel/in-process.ts'
import { catalogue } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'
import { feedSource } from '#services/md/adapters/open-feed.ts'
import { configsOf, type ServiceConfig } from './service-configs.ts'
import { everyService } from './services.ts'
import type { Topology } from './topology.ts'

/** The whole pipeline over facts, writing nothing: the events are those of the backtest of the same topology. */
export function inMemoryRun(
  topology: Topology,
): (facts: Iterable<Fact>, sink: (event: Event, facts: number) => void) => void {
  const configs: Readonly<Record<string, ServiceConfig>> = configsOf(topology)
  return (facts, sink) => {
    let published = 0
    const run = new InProcess(everyService, (event) => sink(event, published))
    for (const fact of facts) {
      if (published++ === 0)
        for (const { name } of everyService) {
          const payload = { service: name, ...configs[name] }
          run.publish(name, {
            topic: 'system.config',
            payload,
            at: topology.startsAt ?? fact.at,
            epoch: 1,
            n: 0,
          } as Fact)
        }
      // What no feed says (a model's score) comes from its own writer.
      run.publish(fact.topic.startsWith('md.') ? feedSource : catalogue[fact.topic].writer, fact)
    }
  }
}

/** The first `most` of them. */
export function* firstFacts(facts: Iterable<Fact>, most: number | null): Generator<Fact> {
  let n = 0
  for (const fact of facts) {
    if (n++ === most) return
    yield fact
  }
}
