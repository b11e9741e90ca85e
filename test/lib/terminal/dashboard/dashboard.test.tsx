import { renderToString } from 'ink'
import { render } from 'ink-testing-library'
import { describe, expect, it } from 'vitest'
import { Dashboard, Screen, type Shown } from '#lib/terminal/dashboard/dashboard.tsx'
import { processRows } from '#lib/terminal/dashboard/process-row.ts'
import { emptyScreen } from '#lib/terminal/dashboard/screen-state.ts'

const names = ['log', 'router', 'clock', 'md', 'venue', 'orders', 'pnl', 'indicators', 'strategy', 'resolver', 'risk']
const children = names.map((name, i) => ({ name, state: 'ready', pid: 100 + i, restarts: 0, rssBytes: 60 * 2 ** 20 }))
const router = {
  run: 'live',
  head: 1_234,
  eventsPerSecond: 56.4,
  isIdle: true,
  connections: [{ identity: 'risk', state: 'catching_up', seq: 1_200, behind: 34, rttMs: 0.52 }],
}
const shown: Shown = {
  run: 'live',
  router,
  processes: processRows(children, router),
  lines: [],
  isStopping: false,
  screen: {
    ...emptyScreen,
    at: 1_700_000_000_000_000,
    seq: 1_230,
    isSimulated: true,
    prices: { 'SPY.SIM': { last: '412.35', recent: [1, 2, 3, 2] } },
    halts: {
      halted: 'OPERATOR: x',
      strategies: {},
      notices: [{ at: 1_700_000_000_000_000, text: 'halted: OPERATOR: x' }],
    },
  },
}

const frame = (columns: number, rows: number): string[] => {
  const screen = <Screen shown={shown} prompt={null} columns={columns} rows={rows} isColored={false} />
  return renderToString(screen, { columns }).split('\n')
}

describe('the dashboard', () => {
  it('fits into 80x24 and says what matters first', () => {
    const lines = frame(80, 24)
    expect(lines.length).toBeLessThanOrEqual(24)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(lines[0]).toMatch(/^trader live {2}SIMULATED HALTED 2023-11-14 22:13:20Z {2}seq 1,234 {2}56 events\/s/)
    const risk = lines.find((line) => line.startsWith('risk'))
    expect(risk).toMatch(/^risk +catching up +110 +0 +34 +0\.5 +60/)
    expect(lines.join('\n')).toMatch(/SPY\.SIM +412\.35/)
    expect(lines.join('\n')).toContain('halted: OPERATOR: x')
    expect(lines.join('\n')).toContain('k kill switch')
  })

  it('uses the room of a larger terminal', () => {
    expect(frame(120, 40).length).toBeGreaterThan(30)
  })

  it('halts when HALT was typed, and not on a key or another word', async () => {
    const acts: string[] = []
    const { stdin, lastFrame, unmount } = render(
      <Dashboard read={() => shown} act={(what) => acts.push(what)} isColored={false} />,
    )
    const type = async (...keys: string[]) => {
      for (const key of keys) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        stdin.write(key)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await type('k', 'h', '\r', 'k', '\x1b')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(acts).toEqual([])
    await type('k', 'H', 'A', 'L')
    expect(lastFrame()).toContain('type HALT and Enter (Esc: leave it): HAL_')
    await type('T', '\r', 'r', 'RESUME\r', 'kHALT\r', 'q')
    expect(acts).toEqual(['halt', 'resume', 'halt', 'quit'])
    unmount()
  })
})
