import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname + '/..',
    include: ['test/**/*.test.ts'],
    // On two cores the default is one worker.
    maxWorkers: '100%',
    // A machine that is busy with other things takes several times as long.
    testTimeout: 180_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
  },
});
