import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import { collection } from '../../../../src/cluster/api/store.js';
import { node, pod, schedulerWorld } from '../scheduler-world.js';

const arrival = fc.record({
  cpu: fc.integer({ min: 1, max: 4 }),
  priority: fc.constantFrom(0, 10, 100),
  gap: fc.nat(3),
});

/** Rounds in which victims go and others take their room; more are not needed, as priorities only rise. */
const ROUNDS = 40;

test('at rest nobody waits whom the end of less urgent pods would let in, and no victim was as urgent as its preemptor', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 1, maxLength: 4 }),
      fc.array(arrival, { minLength: 4, maxLength: 16 }),
      (sizes, arrivals) => {
        const one = schedulerWorld();
        for (const [index, cpu] of sizes.entries()) one.addNode(node(`n${index}`, cpu));
        one.run(1);
        let now = 1;
        for (const [index, { cpu, priority, gap }] of arrivals.entries()) {
          one.addPod(pod(`p${index}`, cpu, { priority }));
          one.run((now += gap));
        }
        let isQuiet = false;
        for (let round = 0; round < ROUNDS && !isQuiet; round++) {
          one.run((now += 20));
          const ending = podsOf(one).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
          for (const { metadata } of ending) one.removePod(metadata.name);
          isQuiet = ending.length === 0;
        }
        expect(isQuiet).toBe(true);
        const priorityOf = (name: string): number => arrivals[Number(name.slice(1))]!.priority;
        for (const { name, reason, message } of one.events()) {
          if (reason !== 'Preempted') continue;
          const preemptor = /^Preempted by pod pod-(p\d+) on node n\d+$/.exec(message)![1]!;
          expect(priorityOf(name)).toBeLessThan(priorityOf(preemptor));
        }
        for (const waiting of podsOf(one).filter(({ spec }) => spec.nodeName === undefined)) {
          for (const [index, size] of sizes.entries()) {
            const staying = podsOf(one).filter(
              ({ spec }) => spec.nodeName === `n${index}` && !isLess(spec, waiting.spec),
            );
            const room = size - staying.reduce((sum, { spec }) => sum + cpuOf(spec), 0);
            expect(room).toBeLessThan(cpuOf(waiting.spec));
          }
        }
      },
    ),
    { numRuns: 60, seed: 20_261_121 },
  );
});

type Spec = Pod['spec'];

function podsOf(one: ReturnType<typeof schedulerWorld>): Pod[] {
  return [...collection<Pod>(one.world, 'Pod').values()];
}

function isLess(left: Spec, right: Spec): boolean {
  return left.priority! < right.priority!;
}

function cpuOf({ containers }: Spec): number {
  return containers[0]!.resources!.requests!['cpu'] as number;
}
