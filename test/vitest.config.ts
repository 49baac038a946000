import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest first, so that no core waits for another at the end: on a fresh clone vitest knows no durations. */
const LONGEST = [
  'experiment/swarm/wild',
  'experiment/swarm/quiet',
  'experiment/checkpoint',
  'traffic/theory',
  'experiment/fit/fit',
  'experiment/tour',
  'cluster/scheduler/fast-path',
  'results/report',
].map((name) => `/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((name) => moduleId.endsWith(name));
      return found < 0 ? LONGEST.length : found;
    };
    return (await super.sort(files)).sort((left, right) => place(left) - place(right));
  }
}

export default defineConfig({
  test: {
    root: import.meta.dirname + '/..',
    include: ['test/**/*.test.ts'],
    // A test leaves nothing behind that another could see, so that its file need not load and warm up all modules anew.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // On two cores the default is one worker.
    maxWorkers: '100%',
    // A machine that is busy with other things takes several times as long.
    testTimeout: 180_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
  },
});
