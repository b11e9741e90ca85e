import { createHash, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkBody } from '#lib/codec/check-event.ts'
import { bodyIn } from '#lib/codec/event-text.ts'
import { readHoles } from '#lib/journal/holes.ts'
import { refuseUnwhole } from '#lib/journal/kept-events.ts'
import { readLog } from '#lib/journal/read-log.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { readRunId } from '#lib/journal/run-id.ts'
import { readSnapshots } from '#lib/journal/snapshot-files.ts'
import type { Snapshot } from '#lib/kernel/snapshot.ts'
import { type Divergence, Verify } from '#lib/kernel/verify.ts'
import { isSealed, sealedText } from '#lib/process/seal.ts'
import { loadPublicKey } from '#lib/process/seal-keys.ts'
import { codeHash } from '#lib/process/version.ts'
import { UserError } from '#lib/terminal/user-error.ts'
import { catalogue, isTopic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { RunCheck } from './run-check.ts'
import { everyService } from './services.ts'

export type Verdict = {
  readonly events: number
  readonly answers: number
  /** Answers that the log ends before. */
  readonly unanswered: number
  /** Approvals whose seal is not the gate's: nobody heard them. */
  readonly forged: number
  /** Snapshots that hold what their service did then. */
  readonly snapshots: number
  readonly contentHash: string
  readonly divergence: Divergence | null
  /** What stands beside the log of a backtest and says something else. */
  readonly faults: readonly string[]
}

/** Runs a log through every service again and compares. Throws a UserError where the log itself is damaged. */
export function verifyLog(folder: string, onEvents: (done: number) => void): Verdict {
  const seal = join(folder, 'risk.seal.pub.pem')
  const sealedBy = existsSync(seal) ? loadPublicKey(seal) : null
  const runId = readRunId(folder)
  if (sealedBy !== null && runId === null)
    throw new UserError('run.id is gone: no seal of the run can be checked', { file: folder })
  refuseHoles(folder)
  refuseUnwhole(folder, { why: 'a run that is not whole cannot be proved' })
  const hash = createHash('sha256')
  const verify = new Verify(everyService)
  const snapshots = snapshotsOf(folder)
  const check = new RunCheck()
  let [events, forged, proven, unhashed] = [0, 0, 0, '']
  let divergence: Divergence | null = null
  for (const { content, sig } of readLog(folder)) {
    events++
    unhashed += `${content}\n`
    if (unhashed.length > 65_536) {
      hash.update(unhashed)
      unhashed = ''
      onEvents(events)
    }
    const event = JSON.parse(content) as Event
    const isForged = isUnsealed(event, sealedText(runId ?? '', bodyIn(content)), sig, sealedBy)
    if (isForged) forged++
    refuseMalformed(event, content, folder)
    divergence ??= verify.take(event, isForged)
    check.take(event)
    for (const snapshot of snapshots.get(event.seq) ?? []) {
      divergence ??= verify.compareSnapshot(snapshot)
      proven++
    }
    if (divergence !== null) break
  }
  const contentHash = hash.update(unhashed).digest('hex')
  const { answers, unanswered } = verify
  const faults = divergence === null ? check.faults(join(folder, '..'), { events, contentHash }) : []
  return { events, answers, unanswered, forged, snapshots: proven, contentHash, divergence, faults }
}

/** What a service said is compared with what it says now; what came from outside has nothing but its schema. */
function refuseMalformed({ seq, topic, cause }: Event, content: string, folder: string): void {
  if (cause !== null) return
  const checked = checkBody(bodyIn(content))
  if (checked.kind !== 'invalid') return
  throw new UserError(`event ${seq} is not what ${topic} is: ${checked.path} ${checked.message}`, { file: folder })
}

/** By the event that they are of; of other code, or not whole, they would be ignored by a start as well. */
function snapshotsOf(folder: string): Map<number, readonly Snapshot[]> {
  const found = everyService.flatMap(({ name }) => readSnapshots(realDisk, folder, name))
  return Map.groupBy(
    found.filter(({ code }) => code === codeHash),
    ({ seq }) => seq,
  )
}

function isUnsealed(event: Event, sealed: string, sig: string | undefined, sealedBy: KeyObject | null): boolean {
  if (sealedBy === null || !isTopic(event.topic) || !('isSigned' in catalogue[event.topic])) return false
  return !isSealed(sealedBy, sealed, sig)
}

/** What a run said cannot be proved without what it heard. */
function refuseHoles(folder: string): void {
  const [hole] = readHoles(realDisk, folder)
  if (hole === undefined) return
  throw new UserError(`events ${hole.from} to ${hole.to} are lost: a run with a hole cannot be proved`, {
    file: folder,
  })
}
