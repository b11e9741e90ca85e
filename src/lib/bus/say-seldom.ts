const saidMost = 20
const everyMs = 10_000

/** Says the first twenty of ten seconds, and then how many more there were: who is refused a thousand times a second fills no disk with it. */
export function saySeldom(say: (message: string) => void): (message: string) => void {
  let count = 0
  const begin = () => {
    setTimeout(() => {
      if (count > saidMost) say(`and ${count - saidMost} more like the last within ${everyMs / 1_000} s`)
      count = 0
    }, everyMs).unref()
  }
  return (message) => {
    if (++count === 1) begin()
    if (count <= saidMost) say(message)
  }
}
