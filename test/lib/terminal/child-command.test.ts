import { describe, expect, it } from 'vitest'
import { Command, Flags } from '#lib/terminal/child-command.ts'

const flags = {
  topology: Flags.string(),
  url: Flags.string({ default: 'ws://127.0.0.1:7411' }),
  port: Flags.integer({ default: 7411, min: 0, max: 65_535 }),
  lockstep: Flags.boolean(),
  name: Flags.string({ required: true }),
}
class Child extends Command {
  run(): Promise<unknown> {
    return this.parse({ flags })
  }
}
const parsed = (...argv: string[]) => new Child(argv).run()

describe('flags of a process of a tree, read without oclif', () => {
  it('have their values and defaults; what is not said is not there', async () => {
    expect(await parsed('--name', 'a', '--port', '0', '--lockstep')).toEqual({
      flags: { name: 'a', url: 'ws://127.0.0.1:7411', port: 0, lockstep: true },
    })
  })

  it.each([
    [['--name', 'a', '--colour', 'red'], /--colour/],
    [['--name', 'a', 'stray'], /stray/],
    [['--name'], /--name/],
    [[], 'missing required flag name'],
    [['--name', 'a', '--port', '70000'], '--port is 70000, expected a whole number from 0 to 65535'],
    [['--name', 'a', '--port', '1.5'], '--port is 1.5, expected a whole number from 0 to 65535'],
  ])('%s is a user’s mistake', async (argv, message) => {
    await expect(parsed(...argv)).rejects.toThrow(message)
    await expect(parsed(...argv)).rejects.toMatchObject({ name: 'UserError' })
  })
})
