// Prints `N passed, N failed, N skipped` from vitest's JSON result; fails when a test failed or none ran.
import { readFileSync } from 'node:fs'

const { passed, failed, skipped } = count(readFileSync(process.argv[2], 'utf8'))
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

function count(text) {
  if (text === '') return { passed: 0, failed: 1, skipped: 0 }
  const result = JSON.parse(text)
  // A file that could not even be loaded has no tests to count: it counts as one that failed.
  const broken = result.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  )
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + broken.length,
    skipped: result.numPendingTests + result.numTodoTests,
  }
}
