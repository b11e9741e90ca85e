import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Args } from '@oclif/core'
import { checkLine, type LineFault } from '#lib/codec/check-line.ts'
import { TraderCommand } from '#lib/terminal/command.ts'
import { exitCode } from '#lib/terminal/exit-code.ts'
import { UserError } from '#lib/terminal/user-error.ts'

/** Faults are counted to the end, and told up to here in JSON. */
const toldMost = 1_000

export default class SchemaCheck extends TraderCommand {
  static override summary = 'Check events, one JSON object a line, against envelope and catalogue'
  static override description =
    'Faults go to stdout as file:line: path: message; then the exit code is 1. A version that is higher than known here is counted and warned of on stderr. Seals and checksums are not looked at: trader log read checks the latter.'
  static override examples = [
    '<%= config.bin %> schema check events.jsonl',
    '<%= config.bin %> log read | <%= config.bin %> schema check -',
  ]
  static override enableJsonFlag = true
  static override args = {
    file: Args.string({ required: true, description: 'A file of events, or - for stdin' }),
  }

  async run(): Promise<unknown> {
    const { file } = (await this.parse(SchemaCheck)).args
    const told: (LineFault & { readonly line: number })[] = []
    const newer = new Map<string, { topic: string; version: number; known: number; events: number }>()
    const counts = { lines: 0, valid: 0, newer: 0, invalid: 0 }
    for await (const text of linesOf(file)) {
      const line = ++counts.lines
      const checked = checkLine(text)
      counts[checked.kind]++
      switch (checked.kind) {
        case 'valid':
          break
        case 'newer': {
          const { topic, v, known } = checked
          const seen = newer.get(`${topic} ${v}`) ?? { topic, version: v, known, events: 0 }
          newer.set(`${topic} ${v}`, { ...seen, events: seen.events + 1 })
          break
        }
        case 'invalid':
          for (const { path, message } of checked.faults) {
            this.log([`${file}:${line}`, path, message].filter((part) => part !== '').join(': '))
            if (told.length < toldMost) told.push({ line, path, message })
          }
      }
    }
    for (const { topic, version, known, events } of newer.values())
      this.say(`${file}: warning: ${topic} version ${version} is not known, only ${known}: ${events} not checked`)
    this.say(`${file}: ${counts.lines} lines: ${counts.valid} valid, ${counts.newer} newer, ${counts.invalid} invalid`)
    if (counts.invalid > 0) process.exitCode = exitCode.failed
    return { file, ...counts, newerVersions: [...newer.values()], faults: told }
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file)
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new UserError('there is no such file', { file })
    if (code === 'EISDIR')
      throw new UserError('is a folder', { file, hint: 'trader log read prints the events of a log' })
    if (code === 'EACCES') throw new UserError('may not be read', { file })
    throw error
  }
}
