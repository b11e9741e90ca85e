import { pathToFileURL } from 'node:url'
import type { Step } from '#lib/journal/log-disk.ts'
import { simulateLogs } from '#test/faults/log-simulation.ts'

const steps: Partial<Record<Step, string>> = {
  commit: 'fdatasync of the journal, before the acknowledgement',
  refusal: 'fdatasync of the journal after a write that did not fit was taken back',
  'journal.folder': "fsync of a new segment's folders, before anything in it is acknowledged",
  'topic.file': 'fdatasync of the topic files, before the checkpoint',
  'topic.folder': "fsync of a new topic file's folders",
  'checkpoint.file': 'fdatasync of the checkpoint, before it is renamed into its place',
  'removal.folder': "fsync of the journal's folder after each segment that is removed",
  'cut.folder': 'fsync of the folders of topic files that recovery removed',
  'torn.file': 'fdatasync of the copy of a torn tail, before it is cut off',
  'torn.folder': 'fsync of the folder of that copy',
  'suspect.file': 'fdatasync of the fresh segment that a suspect tail is written to',
  'suspect.folder': 'fsync of the folder of that segment',
  'packed.file': 'fdatasync of a compressed segment, before it is renamed into its place',
  'packed.folder': 'fsync of its folder, before the plain one is removed',
  'retained.file': 'fdatasync of what says which events are removed, before it is renamed into its place',
  'retained.folder': 'fsync of its folder, before they are removed',
}

/** Seeds from which on the simulation soon shows that a step is left out, or comes too late. */
const seeds: Partial<Record<string, number>> = {
  'commit, left out': 1,
  'commit, too late': 1,
  'refusal, left out': 64,
  'refusal, too late': 90,
  'journal.folder, left out': 1,
  'journal.folder, too late': 2,
  'topic.file, left out': 1,
  'topic.file, too late': 3,
  'topic.folder, left out': 2,
  'topic.folder, too late': 7,
  'checkpoint.file, left out': 1,
  'checkpoint.file, too late': 1,
  'removal.folder, left out': 21,
  'removal.folder, too late': 62,
  'cut.folder, left out': 6,
  'torn.file, left out': 2,
  'torn.file, too late': 110,
  'torn.folder, left out': 127,
  'torn.folder, too late': 1,
  'suspect.file, left out': 1,
  'suspect.file, too late': 2,
  'suspect.folder, left out': 52,
  'suspect.folder, too late': 129,
  'packed.file, left out': 1,
  'packed.file, too late': 2,
  'packed.folder, left out': 1,
  'packed.folder, too late': 3,
  'retained.file, left out': 1,
  'retained.file, too late': 3,
}

/** One crash in thousands shows it, too few for a test. */
const isRare = (step: Step, how: string): boolean =>
  step === 'retained.folder' || (step === 'cut.folder' && how === 'too late')

export const durableSteps = (Object.keys(steps) as Step[]).flatMap((step) =>
  (['left out', 'too late'] as const)
    .filter((how) => !isRare(step, how))
    .map((how) => ({ step, how, seed: seeds[`${step}, ${how}`] ?? 1 })),
)

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write('| step | left out: caught by | too late: caught by |\n|---|---|---|\n')
  for (const step of Object.keys(steps) as Step[]) {
    const found: string[] = []
    for (const how of ['left out', 'too late'] as const) {
      const { violation, crashes, seed } = await simulateLogs(10_000, { seed: 1, mutation: { step, how } })
      process.stderr.write(`  '${step}, ${how}': ${seed},\n`)
      found.push(
        violation === null
          ? `nothing in ${crashes} crashes`
          : `seed ${seed}, crash ${crashes}: ${violation.replace(/\{.*/, '').replaceAll('/logs/live/', '').slice(0, 70)}`,
      )
    }
    process.stdout.write(`| ${steps[step]} | ${found.join(' | ')} |\n`)
  }
}
