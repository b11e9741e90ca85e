import type { Condition, Operand } from './expression.ts'

/** How far back the values of a condition go, and how many of them one evaluation reads at most. */
export type Reach = { readonly bars: number; readonly reads: number }

type Kept = { depth: number }

/** Makes every slot that a condition or a number reads remember as much as is read, and says how much that is. */
export function reserveHistory(node: Condition | Operand, slots: readonly Kept[], ago = 0): Reach {
  switch (node.op) {
    case 'number':
      return { bars: ago, reads: 0 }
    case 'value':
    case 'in':
    case 'holds': {
      const slot = slots[node.slot] as Kept
      if (ago < mostKept) slot.depth = Math.max(slot.depth, ago + 1)
      return { bars: ago, reads: 1 }
    }
    case 'not':
    case 'negate':
      return reserveHistory(node.of, slots, ago)
    case 'past':
    case 'was':
      return reserveHistory(node.of, slots, ago + node.bars)
    case 'window':
      return times(node.bars, reserveHistory(node.of, slots, ago + node.bars - 1))
    case 'pair':
      return times(node.bars, both(node, slots, ago + node.bars - 1))
    case 'rising':
    case 'falling':
      return times(node.bars + 1, reserveHistory(node.of, slots, ago + node.bars))
    case 'call':
      return sum(...node.args.map((arg) => reserveHistory(arg, slots, ago)))
    case 'between':
      return sum(...[node.of, node.low, node.high].map((of) => reserveHistory(of, slots, ago)))
    case 'crosses above':
    case 'crosses below':
      return times(2, both(node, slots, ago + 1))
    default:
      return both(node, slots, ago)
  }
}

/** No slot keeps more. */
export const mostKept = 1001

const both = (
  { left, right }: { readonly left: Condition | Operand; readonly right: Condition | Operand },
  slots: readonly Kept[],
  ago: number,
): Reach => sum(reserveHistory(left, slots, ago), reserveHistory(right, slots, ago))

const times = (count: number, { bars, reads }: Reach): Reach => ({ bars, reads: count * reads })

const sum = (...parts: readonly Reach[]): Reach => ({
  bars: Math.max(...parts.map(({ bars }) => bars)),
  reads: parts.reduce((total, { reads }) => total + reads, 0),
})
