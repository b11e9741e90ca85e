import { evaluateOperand } from '#lib/strategy/evaluate-operand.ts'
import { type Explained, explainCondition } from '#lib/strategy/explain-condition.ts'
import type { Rule } from '#lib/strategy/strategy-definition.ts'
import { heldBack } from './held-back.ts'
import type { Running, Target } from './running.ts'
import { addIntents, entryIntents } from './say-intents.ts'
import type { BoundStrategy } from './strategy-config.ts'
import { type Wanted, wantedChange } from './wanted-change.ts'

/** Why a strategy said what it said, or nothing, on one evaluation: in the order in which it decides. */
export type Explanation = {
  readonly at: number
  /** Before it; not known where no bar was judged. */
  readonly wished?: Target
  readonly conclusion: string
  readonly clauses: readonly ({ readonly clause: string } & Explained)[]
  /** Where a level stands, how long it has been held, what a number is. */
  readonly facts: readonly string[]
}

type Gate = { readonly isGateHalted: boolean; readonly now: number; readonly equity: string | null }

/** `running`: as it was when the bar had been taken in and nothing had been said yet. */
export function explainEvaluation(bound: BoundStrategy, running: Running, gate: Gate): Explanation {
  const { definition } = bound
  const { entry, exit, veto, scaleIn, scaleOut } = definition
  const rules: [string, Rule | undefined][] = [
    ['entry.long', entry.long],
    ['exit.long', exit.long],
    ['entry.short', entry.short],
    ['exit.short', exit.short],
    ['scale_out', scaleOut],
    ['scale_in', scaleIn],
    ['veto', veto],
  ]
  const clauses = rules.flatMap(([clause, rule]) =>
    rule ? [{ clause, ...explainCondition(rule.when, definition.slots, running.history) }] : [],
  )
  return {
    at: running.at,
    wished: running.wished,
    conclusion: conclude(bound, running, gate),
    clauses,
    facts: factsOf(bound, running),
  }
}

function conclude(bound: BoundStrategy, running: Running, gate: Gate): string {
  const { owed } = running.exit ?? {}
  const again = owed ? `wishes flat again (${owed}); besides, ` : ''
  if (running.isFailed || running.fault !== null) return `${again}nothing: it is stopped (${running.fault ?? 'failed'})`
  if (running.isHalted) return `${again}nothing: its kill switch is on`
  const wanted = wantedChange(bound.definition, running)
  if (wanted === null) return `${again}nothing changes: no clause wants anything else than ${running.wished}`
  const what = wanted.kind === 'target' ? wanted.target : wanted.kind === 'add' ? 'more' : 'less'
  const mayBeHeld = what !== 'flat' && what !== 'less'
  const hold = mayBeHeld ? heldBack(bound, running, gate) : null
  if (hold) return `${again}${what} is held back: ${hold.why} (${wanted.clause})`
  const fault = unsized(bound, running, wanted, gate.equity)
  return fault === null
    ? `wishes ${what}: ${wanted.clause}`
    : `${again}${what} is not wished: ${fault} (${wanted.clause})`
}

/** Why what is wanted comes to nothing; null when it is said. */
function unsized(bound: BoundStrategy, running: Running, wanted: Wanted, equity: string | null): string | null {
  const { clause } = wanted
  if (wanted.kind === 'target') {
    if (wanted.target === 'flat') return null
    const said = entryIntents(bound, running, wanted.target, clause, equity)
    return 'fault' in said ? said.fault : null
  }
  const said = addIntents(bound, running, wanted.kind === 'add' ? 1 : -1, clause)
  return said.length === 0 ? 'nobody has said yet what the entry came to' : null
}

function factsOf({ definition }: BoundStrategy, { holding, left, history }: Running): string[] {
  const facts: string[] = []
  if (holding) {
    const { side, bars, price, levels, hit } = holding
    facts.push(`${side} for ${bars} bars${price === null ? '' : `, from ${price}`}`)
    for (const key of ['stop', 'trail', 'target'] as const)
      if (definition[key])
        facts.push(`${key} ${definition[key].text} at ${levels[key] ?? 'no level'}${hit === key ? ', reached' : ''}`)
  } else if (left) facts.push(`flat for ${left.bars} bars`)
  if (definition.timeExit) facts.push(`time_exit after ${definition.timeExit.text}`)
  if (definition.cooldown) facts.push(`cooldown ${definition.cooldown.text}`)
  if (definition.scale)
    facts.push(`scale ${definition.scale.text} is ${evaluateOperand(definition.scale.of, history) ?? 'undefined'}`)
  if (definition.size.kind === 'volatility') {
    const { measured } = definition.size
    facts.push(`volatility ${measured.text} is ${evaluateOperand(measured.of, history) ?? 'undefined'}`)
  }
  return facts
}
