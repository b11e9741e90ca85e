import { join } from 'node:path'
import { Flags } from '@oclif/core'
import { assigned } from '#compose/assignment.ts'
import { neededFrom } from '#compose/needed-from.ts'
import { processFlags } from '#compose/service-process.ts'
import { ensureSecret, readSecret } from '#lib/bus/auth.ts'
import { saySeldom } from '#lib/bus/say-seldom.ts'
import { serveLog } from '#lib/journal/log-server.ts'
import { openEventLog } from '#lib/journal/open-event-log.ts'
import { packFrame } from '#lib/journal/packed-file.ts'
import { ensureRunId } from '#lib/journal/run-id.ts'
import { announceReady, onStop } from '#lib/process/child-life.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { userErrorLine } from '#lib/terminal/user-error.ts'

export default class Log extends TraderCommand {
  static override summary = 'Keep the durable event log of a run and serve it to the router'
  static override description =
    'The only writer of the folder. Ends with 1 when writing fails: what is not acknowledged may not be in the log.'
  static override examples = ['<%= config.bin %> log --run live --port 7412']
  static override flags = {
    folder: Flags.string({ description: 'Folder of the logs, one of which is that of the run', default: 'logs' }),
    run: Flags.string({ description: 'Name of the run', default: 'live' }),
    topology: processFlags.topology,
    assigned: processFlags.assigned,
    port: Flags.integer({ description: 'Port on 127.0.0.1; 0 takes a free one', default: 7412, min: 0, max: 65_535 }),
    keys: Flags.string({ description: 'Folder of the secrets', default: 'keys' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Log)
    const { run } = flags
    const folder = join(flags.folder, run)
    ensureSecret(flags.keys, 'router')
    const secret = readSecret(flags.keys, 'router')
    const { assignment } = await assigned('log', flags, (message) => this.say(message))
    const { durability, compress, segmentMiB, retention } = assignment.topology.log
    const log = await openEventLog(folder, {
      run,
      runId: ensureRunId(folder),
      durability,
      segmentBytes: segmentMiB << 20,
      compress: compress ? packFrame : null,
      retention: { retention, neededFrom: (namespace) => neededFrom(folder, run, namespace, assignment) },
      onTorn: ({ file, copy, bytes }) =>
        this.say(`${file}: its last ${bytes} bytes are torn, as by a writer that died; they are now in ${copy}`),
      onDamage: (error) => this.say(userErrorLine(error)),
      onFailure: (error) => {
        this.say(`trader: ${error.message}`)
        process.exit(1)
      },
    })
    const server = await serveLog(log, {
      port: flags.port,
      secret,
      onRefused: saySeldom((reason) => this.say(`refused a connection: ${reason}`)),
    }).catch(async (error) => {
      await log.close()
      throw error
    })
    onStop(async () => {
      await server.close()
      await log.close()
    })
    const { head } = await log.state()
    this.say(`keeping ${folder} at ${server.url}, ${head} events`)
    announceReady({ state: 'ready', url: server.url })
  }
}
