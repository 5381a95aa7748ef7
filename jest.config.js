/**
 * Tests run on the compiled output: type-graphql needs the decorator metadata that only `tsc` emits,
 * and what is tested is then what is started.
 *
 * @type {import('jest').Config}
 */
export default {
  rootDir: 'dist',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.js'],
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  transform: {},
  testTimeout: 30_000,
  maxWorkers: 2,
};
