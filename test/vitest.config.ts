import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname + '/..',
    include: ['test/**/*.test.ts'],
    // On two cores the default is one worker.
    maxWorkers: '100%',
    testTimeout: 60_000,
    passWithNoTests: true,
  },
});
