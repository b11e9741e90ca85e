/** Whether to write colours to a stream: a terminal that is not dumb, and nobody asked for none (https://no-color.org). */
export const hasColor = (stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): boolean =>
  stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
