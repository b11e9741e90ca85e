/** Holds the direction of dependencies (.dependency-cruiser.cjs), and fails when it looked at nothing. */
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import { root } from './bundle.ts'

process.chdir(root)
const options = await extractDepcruiseOptions('./.dependency-cruiser.cjs')
const { output } = await cruise(['src', 'schemas'], options, {}, { tsConfig: extractTsConfig('tsconfig.json') })
const { summary } = output as ICruiseResult

for (const { rule, from, to } of summary.violations) {
  const comment = options.ruleSet?.forbidden?.find(({ name }) => name === rule.name)?.comment ?? ''
  console.error(`${from} -> ${to}: ${rule.name}. ${comment}`)
}
console.error(
  `${summary.violations.length} forbidden of ${summary.totalDependenciesCruised} imports in ${summary.totalCruised} modules`,
)
const hasLookedAtNothing = summary.totalCruised === 0 || summary.totalDependenciesCruised === 0
if (hasLookedAtNothing)
  console.error('no module was looked at: dependency-cruiser does not read the sources with this typescript')
if (hasLookedAtNothing || summary.violations.length > 0) process.exitCode = 1
