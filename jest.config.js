'use strict';
/** Unit, contract and end-to-end tests; `npm test` builds dist/ first, because the end-to-end tests spawn bin/*.js. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  globalSetup: '<rootDir>/tests/support/global-setup.js',
  testMatch: ['**/*.test.ts'],
  transform: {
    '\\.[cm]?[jt]s$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // ESM-only packages that Node 20 cannot require.
  transformIgnorePatterns: [
    '/node_modules/(?!(node-fetch|fetch-blob|data-uri-to-buffer|formdata-polyfill|nodemailer|smtp-server|punycode\\.js)/)',
  ],
  coverageProvider: 'v8',
  collectCoverageFrom: ['lib/**/*.ts'],
  coverageDirectory: 'coverage/jest',
  coverageReporters: ['json'],
  testTimeout: 30_000,
  maxWorkers: 2,
};
