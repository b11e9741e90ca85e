import { renderToString } from 'ink'
import { render } from 'ink-testing-library'
import { describe, expect, it, vi } from 'vitest'
import { Dashboard, Screen, type Shown } from '#lib/terminal/dashboard/dashboard.tsx'
import { processRows } from '#lib/terminal/dashboard/process-row.ts'
import { foldKeys } from '#lib/terminal/dashboard/prompt.ts'
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
  answer: null,
  isStopping: false,
  screen: {
    ...emptyScreen(),
    at: 1_700_000_000_000_000,
    seq: 1_230,
    isSimulated: true,
    prices: { 'SPY.SIM': { last: '412.35', recent: [1, 2, 3, 2] } },
    halts: {
      halted: 'OPERATOR: x',
      stopped: [],
      notices: [{ at: 1_700_000_000_000_000, text: 'halted: OPERATOR: x' }],
    },
  },
}

const frame = (columns: number, rows: number, more: Partial<Shown> = {}): string[] => {
  const screen = <Screen shown={{ ...shown, ...more }} prompt={null} columns={columns} rows={rows} isColored={false} />
  return renderToString(screen, { columns }).split('\n')
}

const soon = (check: () => void) => vi.waitFor(check, { timeout: 10_000 })

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

  it('names the strategies that are stopped before anything that may be cut', () => {
    const stopped = [
      { strategy: 'cross', by: 'risk' },
      { strategy: 'cross', by: 'strategy' },
    ] as const
    const screen = { ...shown.screen, halts: { ...shown.screen.halts, stopped } }
    expect(frame(80, 24, { screen })[0]).toMatch(/^trader live {2}SIMULATED HALTED stopped: cross 2023-11-14/)
  })

  it('uses the room of a larger terminal', () => {
    expect(frame(120, 40).length).toBeGreaterThan(30)
  })

  const notices = Array.from({ length: 20 }, () => ({ at: 1_700_000_000_000_000, text: 'risk rejected' }))
  const crowded = { ...shown.screen, halts: { ...shown.screen.halts, notices } }
  const answer = 'operator   cannot halt: the router is not up'

  it.each([
    [80, 24],
    [120, 40],
  ] as const)('shows the answer and the tree beside any number of notices: %ix%i', (columns, rows) => {
    const lines = frame(columns, rows, { screen: crowded, lines: ['old', 'risk failed'], answer })
    expect(lines.length).toBeLessThanOrEqual(rows)
    expect(lines.at(-2)?.trim()).toBe(answer)
    expect(lines.at(-1)).toContain('k kill switch')
    expect(lines.join('\n')).toContain('22:13:20Z risk rejected')
    expect(lines.join('\n')).toContain('risk failed')
  })

  it('shows equal notices as often as they came, each with a key of its own', () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const lines = frame(120, 40, { screen: crowded, lines: ['same', 'same'] })
    expect(lines.filter((line) => line.trim() === 'same')).toHaveLength(2)
    expect(lines.filter((line) => line.includes('risk rejected')).length).toBeGreaterThan(1)
    expect(complaints).not.toHaveBeenCalled()
    complaints.mockRestore()
  })

  it('keeps a message of several lines in one', () => {
    const lines = frame(80, 24, { answer: 'cannot halt:\nno\trouter' })
    expect(lines.length).toBeLessThanOrEqual(24)
    expect(lines.at(-2)?.trim()).toBe('cannot halt: no router')
  })

  it('halts, resumes and quits when the word was typed, and not on a key or another word', async () => {
    const acts: string[] = []
    let answer: string | null = null
    const { stdin, lastFrame, unmount } = render(
      <Dashboard
        read={() => ({ ...shown, answer })}
        act={(what) => acts.push(what)}
        say={(text) => {
          answer = text
        }}
        isColored={false}
      />,
    )
    const type = async (...keys: string[]) => {
      for (const key of keys) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        stdin.write(key)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await type('k', '\x1b')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(answer).toBe(null)
    await type('k', 'h', '\r')
    await soon(() => expect(lastFrame()).toContain('nothing done: HALT was not typed'))
    await type('q', 'q', '\r')
    await soon(() => expect(lastFrame()).toContain('nothing done: QUIT was not typed'))
    expect(acts).toEqual([])
    await type('k', 'H', 'A', 'L')
    await soon(() => expect(lastFrame()).toContain('type HALT and Enter (Esc: leave it): HAL_'))
    await type('T', '\r', 'r', 'RESUME\r', 'kHALT\r', 'q', 'QUIT', '\r', '\x03')
    await soon(() => expect(acts).toEqual(['halt', 'resume', 'halt', 'quit', 'quit']))
    unmount()
  }, 30_000)

  it('tells of a wrong word among keys that came at once', () => {
    const said = 'nothing done: HALT was not typed'
    expect(foldKeys(null, 'kHLAT\rq', {})).toEqual({ prompt: { word: 'QUIT', typed: '' }, act: null, said })
    expect(foldKeys(null, 'kHALT\r', {})).toEqual({ prompt: null, act: 'halt', said: null })
  })
})
