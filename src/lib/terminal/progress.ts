import { performance } from 'node:perf_hooks'

export type Progress = {
  /** Says how much is done by now; call it as often as you like, it draws ten times a second at most. */
  update(done: number): void
  /** Leaves the last line standing and goes to a new one. */
  finish(): void
}
export type ProgressOptions = {
  readonly label: string
  /** What is counted: bars, events, lines. */
  readonly unit: string
  /** How much there is to do, where it is known. */
  readonly total?: number
  readonly stream?: Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean; columns?: number }
  readonly nowMs?: () => number
}

/** Progress on stderr: a bar with percent, rate and time left on a terminal, elsewhere a line every ten seconds. */
export function startProgress(options: ProgressOptions): Progress {
  const { stream = process.stderr, nowMs = () => performance.now() } = options
  const isTerminal = stream.isTTY === true && process.env.TERM !== 'dumb'
  const everyMs = isTerminal ? 100 : 10_000
  const startedMs = nowMs()
  let drawnMs = isTerminal ? Number.NEGATIVE_INFINITY : startedMs
  let latest = 0

  const draw = (atMs: number) => {
    drawnMs = atMs
    const line = progressLine(options, latest, atMs - startedMs)
    stream.write(isTerminal ? `\r${line.slice(0, (stream.columns ?? 80) - 1)}\x1b[K` : `${line}\n`)
  }
  return {
    update(done) {
      latest = done
      const atMs = nowMs()
      if (atMs - drawnMs >= everyMs) draw(atMs)
    },
    finish() {
      if (!isTerminal) return
      draw(nowMs())
      stream.write('\n')
    },
  }
}

/** `import  ███████░░░░░  58 %  1,160,000 of 2,000,000 lines  212,400 lines/s  0:04 left` */
export function progressLine({ label, unit, total }: ProgressOptions, done: number, elapsedMs: number): string {
  const perSecond = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0
  const rate = `${grouped(perSecond)} ${unit}/s`
  if (total === undefined || total <= 0) return `${label}  ${grouped(done)} ${unit}  ${rate}`
  const share = Math.min(1, done / total)
  const left = perSecond > 0 ? `  ${clock((total - done) / perSecond)} left` : ''
  const percent = `${Math.floor(share * 100)} %`.padStart(5)
  return `${label}  ${bar(share)} ${percent}  ${grouped(done)} of ${grouped(total)} ${unit}  ${rate}${left}`
}

const barWidth = 20

function bar(share: number): string {
  const full = Math.floor(share * barWidth)
  return '█'.repeat(full) + '░'.repeat(barWidth - full)
}

const grouped = (count: number): string => Math.round(count).toLocaleString('en-US')

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const minutes = Math.floor(whole / 60)
  const two = (part: number) => String(part).padStart(2, '0')
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`
}
