/** A strategy file to start from: a cross of averages with a stop, every line explained. */
export const starterText = (name: string): string => `# yaml-language-server: $schema=strategy-file.json
# Bets on: say here what has to be true of the market for this to earn money.
name: ${name}

# What it reads: bars by role and width, indicators of them. A role becomes an instrument when it runs.
inputs:
  price: { role: underlying, timeframe: 1d }
  fast: { ema: [10], of: price }
  slow: { ema: [30], of: price }
  range: { atr: [14], of: price }

# Conditions are judged on every complete bar. What is undefined (an average that warms up) is never true.
entry:
  long: fast crosses above slow
exit:
  long: fast crosses below slow

# At most 20 % of the equity, and so little that the stop costs 1 % of it.
size: { risk: 1%, most: 20% }
stop: 2.5 * range
cooldown: 3 bars
rate_limit: { intents: 10, per: 1d }
`
