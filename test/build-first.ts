import { execFileSync } from 'node:child_process'

/** Before any test runs: dist/ is what the sources say, so that tests of processes start the trader that is meant. */
export default function buildFirst(): void {
  execFileSync(process.execPath, ['scripts/build.ts', '--if-stale'], { stdio: 'inherit' })
}
