'use strict';
const { availableParallelism } = require('node:os');
/** Unit, contract and end-to-end tests; `npm test` builds dist/ first, because the end-to-end tests spawn bin/*.js. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  globalSetup: '<rootDir>/tests/support/global-setup.js',
  testSequencer: '<rootDir>/tests/support/slowest-first.js',
  testMatch: ['**/*.test.ts'],
  transform: { '\\.[cm]?[jt]s$': '<rootDir>/tests/support/esbuild-transform.js' },
  // ESM-only packages that Node 20 cannot require.
  transformIgnorePatterns: [
    '/node_modules/(?!(node-fetch|fetch-blob|data-uri-to-buffer|formdata-polyfill|nodemailer|smtp-server|punycode\\.js)/)',
  ],
  coverageProvider: 'v8',
  coverageReporters: ['none'],
  // Kept raw, to be merged with what the spawned processes cover; see tests/coverage/run.mjs.
  reporters: [
    'default',
    ...(process.env['CHILD_COVERAGE'] === undefined
      ? []
      : [['jest-monocart-coverage', { outputDir: 'coverage/jest', reports: ['raw'], logging: 'error' }]]),
  ],
  // Only a guard against what never ends: on a busy machine a test may take ten times as long as on a quiet one.
  testTimeout: 120_000,
  // Many tests wait for other processes, so three workers for two cores keep both busy.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
};
