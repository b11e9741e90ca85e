import { CrossedMessages } from './crossed-messages.ts'
const [, , seed = '1', calm = '1', key] = process.argv
const w = new CrossedMessages(Number(seed), calm === '1')
const f = w.run(250)
for (const e of w.log) { const p: any = e.payload
  if (!/^(order|risk)\.|alert|resolved|command$|halt/.test(e.topic)) continue
  const line = [e.seq, e.id, e.cause ?? '', e.topic, p.clientOrderId ?? p.intent ?? p.command ?? '', p.strategy ?? p.target ?? '', p.instrument ?? '', p.side ?? '', p.quantity ?? p.target ?? '', p.orderType ?? '', p.code ?? '', p.state ?? p.whenHalted ?? '', p.message ?? p.reason ?? '', p.bracket ? 'B' : ''].join(' ')
  if (!key || line.includes(key) || /command|halt|resum/.test(e.topic) ) console.log(line)
}
console.log(f, [...(w.truth as any).orders.values()].filter((o: any) => o.state !== 'ended').map((o: any) => o.terms.clientOrderId + ' ' + o.terms.strategy + o.terms.instrument + o.terms.side + o.leaves + o.terms.orderType), JSON.stringify([...'ab'].flatMap(s => ['SPY.USA', 'QQQ.USA'].map(i => [s, i, w.truth.positionOf(s, i)]))))
