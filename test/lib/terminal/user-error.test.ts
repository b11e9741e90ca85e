import { Config } from '@oclif/core/config'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '#lib/process/package-root.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'

describe('a user error', () => {
  it('is one line: where, what, and what to do', () => {
    const place = { file: 'ema.yaml', line: 4, column: 7, hint: 'declare it under inputs' }
    expect(userErrorLine(new UserError('fast is not declared', place))).toBe(
      'ema.yaml:4:7: fast is not declared (declare it under inputs)',
    )
    expect(userErrorLine(new UserError('cannot read it', { file: 'ema.yaml' }))).toBe('ema.yaml: cannot read it')
    expect(userErrorLine(new UserError('give a run'))).toBe('trader: give a run')
  })

  it('is an object with its place under --json', async () => {
    const command = new Faulty(['--json'], await Config.load(packageRoot()))
    expect(command.shownAsJson(new UserError('no', { file: 'a.yaml', line: 2 }))).toEqual({
      error: { name: 'UserError', message: 'no', file: 'a.yaml', line: 2, column: undefined, hint: undefined },
    })
  })
})

class Faulty extends TraderCommand {
  shownAsJson(error: unknown): unknown {
    return this.toErrorJson(error)
  }
  async run(): Promise<void> {}
}
