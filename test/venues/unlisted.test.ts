import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { completeListing } from '#services/md/adapters/live/complete-listing.ts'
import { fetchText } from '#services/md/adapters/live/fetch-text.ts'
import { startNormalizer } from '#services/md/adapters/normalize/normalizer.ts'
import { wires } from './made-market.ts'
import { sessionOf } from './session-of.ts'

it.each(wires.filter(({ name }) => name !== 'deribit'))(
  '[MD-N6] $name: what the list of the venue does not have is a status once, and nothing of it is told',
  (wire) => {
    const { venue, market, listings } = sessionOf(wire, ['trades'])
    const normalizer = startNormalizer({
      feed: 'test',
      decoder: venue.openDecoder({ market }),
      canWait: () => true,
      keepsPartialBars: false,
      listingOf: completeListing,
    })
    const [list] = listings
    normalizer.read({ kind: 'answer', at: 1, url: list?.url ?? '', text: list?.text ?? '' })
    const ms = 1_700_000_000_000
    const trade = (id: number) => wire.trade({ id, price: '50.00', size: '1', isSell: false, ms })
    const other = (id: number) => trade(id).replaceAll('BTCUSDT', 'XXXUSDT').replaceAll('btcusdt', 'xxxusdt')
    const told = [trade(1), other(1), other(2), trade(2)].flatMap((text) =>
      normalizer.read({ kind: 'frame', at: ms * 1_000, connection: 'c', text }).map(({ topic, payload }) => {
        if (topic === 'md.status') return `${topic} ${payload.code}`
        return `${topic} ${'instrument' in payload ? payload.instrument : ''}`
      }),
    )
    const own = told[0]?.split(' ')[1]
    expect(told.filter((one) => !one.includes('clock'))).toEqual([
      ...[`md.instrument ${own}`, `md.tick ${own}`, 'md.status wrong_instrument'],
      `md.tick ${own}`,
    ])
  },
)

it('[MD-L6] an answer that does not end is nothing, and is not kept in memory', async () => {
  let sent = 0
  const server = createServer((_request, response) => {
    const chunk = Buffer.alloc(1 << 20, 97)
    const send = () => {
      while (!response.destroyed && response.write(chunk)) sent++
      sent++
    }
    response.on('drain', send)
    send()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  expect(await fetchText(`http://127.0.0.1:${port}/`, undefined)).toMatchObject({ status: 200, text: '' })
  expect(sent).toBeLessThan(200)
  server.closeAllConnections()
  server.close()
})
