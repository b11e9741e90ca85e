import type { Interfaces } from '@oclif/core'
import { Config } from '@oclif/core/config'
import { CLIError, ExitError } from '@oclif/core/errors'
import { flush } from '@oclif/core/flush'
import { handle } from '@oclif/core/handle'
import { run } from '@oclif/core/run'
import { errorJson } from '#lib/terminal/error-json.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { nearestWords } from '#lib/terminal/nearest-words.ts'
import { parseMessage } from '#lib/terminal/parse-message.ts'
import { UserError, userErrorLine } from '#lib/terminal/user-error.ts'

/** Runs the command that the process was started with. Returns at once; the exit code is set when the command has ended. */
export function start(options: Interfaces.Options): void {
  process.stdout.on('error', endWithItsReader)
  // What runs is not ended for want of somebody who reads its talk.
  process.stderr.on('error', () => undefined)
  run(process.argv.slice(2), options)
    .then(() => flush())
    .catch(async (error: Error) => {
      if (error instanceof ExitError || !isUserMistake(error)) return handle(error)
      const unknown = unknownIn(error)
      const mistake = unknown === undefined ? error : await unknownCommand(unknown, options)
      console.error(lineFor(mistake))
      // What a command could not do it has said as JSON itself; here there was none.
      if (mistake !== error && process.argv.includes('--json')) console.log(JSON.stringify(errorJson(mistake), null, 2))
      process.exit(error.oclif.exit ?? exitCode.usage)
    })
}

// `trader log read | head`: who closes the pipe has seen enough. A full disk has not taken all that was to be seen.
function endWithItsReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(exitCode.ok)
  console.error(`trader: what it says cannot be written: ${error.message}`)
  process.exit(exitCode.failed)
}

const isUserMistake = (error: Error): error is UserError | CLIError =>
  error instanceof UserError || error instanceof CLIError

const unknownIn = ({ message }: Error): string | undefined =>
  /^command (?<id>.*) not found\.?$/i.exec(message)?.groups?.id

function lineFor(error: UserError | CLIError): string {
  if (error instanceof UserError) return userErrorLine(error)
  const hint = error.suggestions?.join(', or ')
  return userErrorLine(new UserError(`${parseMessage(error.message)}; see --help`, { hint }))
}

async function unknownCommand(id: string, options: Interfaces.Options): Promise<UserError> {
  const { commands } = await Config.load(options)
  const known = commands.filter(({ hidden }) => !hidden).map((command) => command.id.replaceAll(':', ' '))
  const [nearest] = nearestWords(id.replaceAll(':', ' '), known)
  const hint = nearest === undefined ? 'see: trader --help' : `did you mean: trader ${nearest}`
  return new UserError(`there is no command "${id.replaceAll(':', ' ')}"`, { hint })
}
