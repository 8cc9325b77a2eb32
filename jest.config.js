import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

// Worker threads and processes that the tests start find their code compiled already: they open in half the time.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('./node_modules/.cache/compiled', import.meta.url));

/** Tests run as ES modules; workers they start run the same .ts files by Node's own type stripping. */
export default {
  testEnvironment: 'node',
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  moduleNameMapper: { '^#libs/(.*)$': '<rootDir>/libs/$1', '^#apps/(.*)$': '<rootDir>/apps/$1' },
  testTimeout: 180_000,
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/test/bench/rivals/'],
  // Many tests wait for disks and processes: two at least, where Jest would take one of two cores.
  maxWorkers: Math.max(2, availableParallelism() - 1),
};
