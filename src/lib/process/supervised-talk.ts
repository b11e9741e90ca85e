/** A line of talk of a process as JSON: what it said itself, with its name in front. */
export function talkAsJson(name: string, line: string, timeMs: number): string {
  const said = parsed(line)
  if (said === null) return JSON.stringify({ level: 30, time: timeMs, process: name, msg: line })
  return JSON.stringify({ process: name, ...said })
}

/** The same for eyes: time, level where it is worse than info, name, message and fields. */
export function talkAsText(name: string, line: string, timeMs: number): string {
  const said = parsed(line)
  if (said === null) return `${timeOf(timeMs)} ${name.padEnd(10)} ${line}`
  const { level, time, msg, process: _, pid: __, hostname: ___, name: ____, v: _____, err, ...fields } = said
  const words = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const failure = typeof err === 'object' && err !== null && 'message' in err ? [String(err.message)] : []
  const start = `${timeOf(typeof time === 'number' ? time : timeMs)} ${name.padEnd(10)} `
  return `${start}${[...levelOf(level), String(msg ?? ''), ...failure, ...words].join(' ')}`
}

/** Is it something for a person to look at: a warning, or worse, or no line of a log at all? */
export function isAlarming(line: string): boolean {
  const said = parsed(line)
  return said === null || (typeof said.level === 'number' && said.level >= 40)
}

function parsed(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

const timeOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(11, 23)

function levelOf(level: unknown): string[] {
  if (typeof level !== 'number' || level < 40) return []
  return [level >= 60 ? 'FATAL' : level >= 50 ? 'ERROR' : 'WARN']
}
