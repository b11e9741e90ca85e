import { execFileSync } from 'node:child_process'

/**
 * Before any test runs: dist/ is what the sources say, so that tests of processes start the trader that is meant. When the build fails
 * those tests fail (see process/trader.ts), and all others still run.
 */
export default function buildFirst(): void {
  try {
    execFileSync(process.execPath, ['scripts/build.ts', '--if-stale'], { stdio: 'inherit' })
  } catch {
    process.env.TRADER_BUILD_FAILED = 'yes'
  }
}
