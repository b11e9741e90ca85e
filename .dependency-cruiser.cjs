/** Dependencies point one way: commands -> compose -> services -> lib -> schemas. Each comment says what to do instead. */
module.exports = {
  forbidden: [
    {
      name: 'schemas-import-zod-only',
      comment: 'A contract stands alone: move what it needs into schemas/, or the logic out of it into src/lib.',
      severity: 'error',
      from: { path: '^schemas/' },
      to: { pathNot: '^schemas/|^node_modules/zod/' },
    },
    {
      name: 'lib-knows-no-service-or-command',
      comment:
        'Pass it in as an argument (a Service, a function) from the command, or move the shared part into src/lib.',
      severity: 'error',
      from: { path: '^src/lib/' },
      to: { path: '^src/(services|compose|commands)/' },
    },
    {
      name: 'services-know-no-command',
      comment: 'A command turns flags into configuration: give the service a field in its config.',
      severity: 'error',
      from: { path: '^src/services/' },
      to: { path: '^src/(compose|commands)/' },
    },
    {
      name: 'compose-knows-no-command',
      comment: 'What several commands share is here; what one command does stays in the command.',
      severity: 'error',
      from: { path: '^src/compose/' },
      to: { path: '^src/commands/' },
    },
    {
      name: 'services-meet-in-the-log',
      comment:
        'Subscribe to the events of the other service; a noun that both need belongs into src/lib/domain or schemas/.',
      severity: 'error',
      from: { path: '^src/services/([^/]+)/' },
      to: { path: '^src/services/', pathNot: '^src/services/$1/' },
    },
    {
      name: 'only-compose-builds-adapters',
      comment: 'Let the command build the adapter and hand it to the runner; the pure part never sees it.',
      severity: 'error',
      from: { path: '^(src|schemas)/', pathNot: '^src/(compose|commands)/|^src/services/[^/]+/adapters/' },
      to: { path: '^src/services/[^/]+/adapters/' },
    },
    {
      name: 'one-door-to-a-service',
      comment: 'Import service.ts (or an adapter): it exports what the service shows to the outside.',
      severity: 'error',
      from: { path: '^src/(compose|commands)/' },
      to: { path: '^src/services/', pathNot: '^src/services/[^/]+/(service\\.ts$|adapters/)' },
    },
    {
      name: 'pure-does-no-io',
      comment: 'Do it in an adapter at the edge and let what it learns enter as an event.',
      severity: 'error',
      from: {
        path: '^src/(services|lib/domain|lib/kernel|lib/options|lib/metrics|lib/chain)/',
        pathNot: '^src/services/[^/]+/adapters/',
      },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(assert|crypto|util)(/|$)' },
    },
    {
      name: 'no-circles',
      comment: 'Two files that need each other hide a third: give what they share a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'tests-stay-out',
      comment: 'Move what production needs out of test/.',
      severity: 'error',
      from: { path: '^(src|schemas|bin)/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'only-what-is-declared',
      comment: 'Add the package to dependencies, with an exact version, or mend the path.',
      severity: 'error',
      from: { path: '^(src|schemas|bin)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-broken-imports',
      comment: 'The file is not there: mend the path, with its .ts ending.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|build)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
}
