const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
export default {
  forbidden: [
    rule('no-circles', 'Two files that need each other are one file, or a third is missing.', {}, { circular: true }),
    rule(
      'kernel-is-pure',
      'The kernel is the innermost ring: it knows no port, no adapter, no framework.',
      { path: '^libs/kernel' },
      { path: '^(libs/(?!kernel)|apps|node_modules/@nestjs)' },
    ),
    rule(
      'ports-see-the-kernel-only',
      'A port is a promise in the field’s terms; an import from further out would tie it to one adapter.',
      { path: '^libs/ports' },
      { path: '^(libs/(?!kernel|ports)|apps|node_modules/@nestjs)' },
    ),
    rule(
      'runtime-sees-ports-and-kernel',
      'The runtime runs on any adapter and any features: it is handed both.',
      { path: '^libs/runtime', pathNot: '\\.spec\\.ts$' },
      { path: '^(libs/(?!kernel|ports|runtime)|apps|node_modules/@nestjs)' },
    ),
    rule(
      'adapters-see-ports-and-kernel',
      'An adapter that knows another adapter, or the runtime, cannot be exchanged.',
      { path: '^libs/adapters/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      { path: '^(libs/(?!kernel|ports|adapters)|libs/adapters/(?!$1/)|apps|node_modules/@nestjs)' },
    ),
    rule(
      'features-stay-at-home',
      'A feature’s pure files see the kernel, their own folder, and other features’ events and commands.',
      { path: '^libs/features/([^/]+)/', pathNot: '\\.(spec|http|commands)\\.ts$' },
      {
        path: '^(libs/(?!kernel|features)|apps|node_modules/@nestjs|libs/features/(?!$1/)[^/]+/(?!.*\\.(events|commands)\\.ts$))',
      },
    ),
    rule(
      'commands-stay-at-home',
      'The classes of commands may carry the decorators of the API page; otherwise they see what the pure files see.',
      { path: '^libs/features/([^/]+)/.*\\.commands\\.ts$' },
      {
        path: '^(libs/(?!kernel|features)|apps|libs/features/(?!$1/)[^/]+/(?!.*\\.(events|commands)\\.ts$))',
      },
    ),
    rule(
      'apps-are-the-top',
      'Nothing depends on an application.',
      { path: '^libs', pathNot: '\\.spec\\.ts$' },
      { path: '^apps' },
    ),
    rule(
      'tests-help-tests-only',
      'Code for tests never ships.',
      { path: '^(libs|apps)', pathNot: '(\\.spec\\.ts$|^libs/testing)' },
      { path: '^(libs/testing|test/)' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
