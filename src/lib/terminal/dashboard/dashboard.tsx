import { Box, Text, useInput, useWindowSize } from 'ink'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { cell, dateTime, grouped } from '#lib/terminal/dashboard/cells.ts'
import {
  accountLine,
  noticeLines,
  orderLines,
  positionLines,
  priceLines,
  processLines,
} from '#lib/terminal/dashboard/panes.ts'
import type { ProcessRow, RouterStatus } from '#lib/terminal/dashboard/process-row.ts'
import { type Act, foldKeys, type Prompt } from '#lib/terminal/dashboard/prompt.ts'
import type { ScreenState } from '#lib/terminal/dashboard/screen-state.ts'

/** All that is on the screen at one moment. */
export type Shown = {
  readonly run: string
  readonly screen: ScreenState
  readonly router: RouterStatus | null
  readonly processes: readonly ProcessRow[]
  /** What the tree itself has to say, newest last: restarts, failures. */
  readonly lines: readonly string[]
  /** What the operator's last word came to; it has a line of its own, which nothing pushes away. */
  readonly answer: string | null
  readonly isStopping: boolean
}

export type DashboardProps = {
  readonly read: () => Shown
  readonly act: (what: Act) => void
  /** Answers the operator without an act: `read` gives it as the answer from then on. */
  readonly say: (text: string) => void
  readonly isColored: boolean
  readonly refreshMs?: number
}

/** The dashboard of a tree. It draws what `read` gives four times a second; a typed word, not a key, halts, resumes and quits. */
export function Dashboard({ read, act, say, isColored, refreshMs = 250 }: DashboardProps): ReactNode {
  const { columns, rows } = useWindowSize()
  const [shown, setShown] = useState(read)
  const [prompt, setPrompt] = useState<Prompt>(null)
  // Keys may come faster than frames.
  const asked = useRef<Prompt>(null)
  useEffect(() => {
    const timer = setInterval(() => setShown(read()), refreshMs)
    return () => clearInterval(timer)
  }, [read, refreshMs])
  useInput((input, key) => {
    if (key.ctrl && input === 'c') {
      act('quit')
      return
    }
    const next = foldKeys(asked.current, input, key)
    asked.current = next.prompt
    setPrompt(next.prompt)
    if (next.said !== null) say(next.said)
    if (next.act !== null) act(next.act)
    if (next.said !== null || next.act !== null) setShown(read())
  })
  return <Screen shown={shown} prompt={prompt} columns={columns} rows={rows} isColored={isColored} />
}

type ScreenProps = {
  readonly shown: Shown
  readonly prompt: Prompt
  readonly columns: number
  readonly rows: number
  readonly isColored: boolean
}

/** One frame of the dashboard: `rows` lines (24 or more) of `columns` characters (80 or more). */
export function Screen({ shown, prompt, columns, rows, isColored }: ScreenProps): ReactNode {
  const { screen, processes, answer } = shown
  const paint = (color: string) => (isColored ? { color } : {})
  const processesWidth = Math.min(55, columns)
  const below = Math.max(4, rows - processes.length - (answer === null ? 3 : 4))
  const noticeCount = Math.max(2, Math.floor(below * 0.25))
  const positionCount = Math.max(2, Math.floor((below - noticeCount) / 2))
  const orderCount = Math.max(1, below - noticeCount - positionCount - 1)
  return (
    <Box flexDirection="column" height={rows} width={columns} overflow="hidden">
      <Header shown={shown} columns={columns} paint={paint} />
      <Box height={processes.length + 1}>
        <Lines lines={processLines(processes, processesWidth)} paint={paint} />
        <Lines lines={priceLines(screen.prices, columns - processesWidth, processes.length + 1)} paint={paint} />
      </Box>
      <Text wrap="truncate" bold={isColored}>
        {cell(accountLine(screen.account, screen.margin), columns)}
      </Text>
      <Box height={positionCount}>
        <Lines lines={positionLines(screen, columns, positionCount)} paint={paint} />
      </Box>
      <Box height={orderCount}>
        <Lines lines={orderLines(screen.orders, columns, orderCount)} paint={paint} />
      </Box>
      <Box height={noticeCount} flexDirection="column">
        <Lines lines={noticeLines(shown, columns, noticeCount)} paint={paint} />
      </Box>
      {answer === null ? null : (
        <Text wrap="truncate" bold={isColored} {...paint('yellow')}>
          {cell(answer, columns)}
        </Text>
      )}
      <Footer shown={shown} prompt={prompt} columns={columns} paint={paint} />
    </Box>
  )
}

type Paint = (color: string) => { color?: string }
type PartProps = { readonly shown: Shown; readonly columns: number; readonly paint: Paint }

function Header({ shown: { run, screen, router }, paint }: PartProps): ReactNode {
  const time = screen.at === null ? 'no event yet' : dateTime(screen.at)
  const rate = router === null ? 'router away' : `${grouped(router.eventsPerSecond)} events/s`
  const seq = grouped(Math.max(router?.head ?? 0, screen.seq))
  const stopped = [...new Set(screen.halts.stopped.map(({ strategy }) => strategy))]
  return (
    <Text wrap="truncate">
      {`trader ${run}  `}
      {screen.isSimulated === true ? <Text {...paint('magenta')}>SIMULATED </Text> : null}
      {screen.halts.halted !== null ? <Text {...paint('red')}>HALTED </Text> : null}
      {stopped.length > 0 ? <Text {...paint('red')}>{`stopped: ${stopped.join(', ')} `}</Text> : null}
      {`${time}  seq ${seq}  ${rate}`}
    </Text>
  )
}

function Footer({ shown: { screen, isStopping }, prompt, columns, paint }: PartProps & { prompt: Prompt }): ReactNode {
  if (isStopping) return <Text wrap="truncate">{cell('stopping in order ...', columns)}</Text>
  if (prompt !== null)
    return (
      <Text wrap="truncate" {...paint('red')}>
        {cell(`type ${prompt.word} and Enter (Esc: leave it): ${prompt.typed}_`, columns)}
      </Text>
    )
  const feed = screen.feed === null ? '' : `   feed: ${screen.feed}`
  return (
    <Text wrap="truncate" dimColor={paint('x').color !== undefined}>
      {cell(`k kill switch   r resume   q quit${feed}`, columns)}
    </Text>
  )
}

function Lines({ lines, paint }: { readonly lines: readonly Line[]; readonly paint: Paint }): ReactNode {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {lines.map(({ key, text, color }) => (
        <Text key={key} wrap="truncate" {...(color === undefined ? {} : paint(color))}>
          {text}
        </Text>
      ))}
    </Box>
  )
}

type Line = ReturnType<typeof processLines>[number]
