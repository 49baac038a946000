import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDigest, digestHex, foldEvent } from '../../src/kernel/digest.js';
import { createProbe, openTable, recordRow, type TableDefinition } from '../../src/kernel/probe.js';
import { runDigest } from '../../src/kernel/run-digest.js';

type Event = readonly [time: number, kind: number, a: number, b: number];

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const event: fc.Arbitrary<Event> = fc.tuple(fc.maxSafeNat(), fc.nat(1_599), int32, int32);

function digestOf(events: readonly Event[]): string {
  const digest = createDigest();
  for (const [time, kind, a, b] of events) foldEvent(digest, time, kind, a, b);
  return digestHex(digest);
}

describe('digest of events', () => {
  test('is the same on every machine', () => {
    expect(digestOf([])).toBe('85ebca779e3779b1');
    expect(
      digestOf([
        [1, 2, 3, 4],
        [2 ** 40 + 5, 900, -1, 2 ** 31 - 1],
      ]),
    ).toMatchInlineSnapshot(`"f9ca3a72630ea5c5"`);
  });

  test('changes with any field of any event', () => {
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 1, maxLength: 20 }),
        fc.nat(),
        fc.nat(3),
        event,
        (events, pick, field, other) => {
          const index = pick % events.length;
          fc.pre(events[index]![field] !== other[field]);
          const changed = events.with(index, events[index]!.with(field, other[field]!) as unknown as Event);
          expect(digestOf(changed)).not.toBe(digestOf(events));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('changes with order and number', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 5 }), event, event, (events, left, right) => {
        fc.pre(left.join() !== right.join());
        expect(digestOf([...events, left, right])).not.toBe(digestOf([...events, right, left]));
        expect(digestOf([...events, left, left])).not.toBe(digestOf([...events, left]));
      }),
    );
  });

  test('tells apart what differs in one bit of two fields', () => {
    const seen = new Set<string>();
    let count = 0;
    for (let time = 0; time < 32; time++) {
      for (let subject = 0; subject < 32; subject++) {
        for (const flip of [
          [2 ** time, 0, 1 << subject, 0],
          [2 ** time, 0, 0, 1 << subject],
          [2 ** (time + 21), subject, 0, 0],
        ]) {
          seen.add(digestOf([flip as unknown as Event]));
          count += 1;
        }
      }
    }
    expect(seen.size).toBe(count);
  });
});

describe('digest of a run', () => {
  const definition: TableDefinition = {
    name: 'things',
    description: '',
    columns: ['a', 'b'].map((name) => ({ name, type: 'text', unit: '', description: '' })),
  };
  const worldWith = (rows: (number | string | boolean | null)[][]) => {
    const world = { kernel: { digest: createDigest(), probe: createProbe() } };
    openTable(world, definition);
    for (const row of rows) recordRow(world, definition, row);
    return world;
  };

  test('changes with every recorded cell and leaves the digest of events alone', () => {
    const variants = [
      [],
      [[1, 2]],
      [[2, 1]],
      [['1', 2]],
      [[true, 2]],
      [[null, 2]],
      [[0, 2]],
      [[-0, 2]],
      [[NaN, 2]],
      [['', 2]],
      [
        [1, 2],
        [1, 2],
      ],
      [['ab', 'c']],
      [['a', 'bc']],
    ];
    const digests = variants.map((rows) => runDigest(worldWith(rows)));
    expect(new Set(digests).size).toBe(variants.length);
    expect(digests).toEqual(variants.map((rows) => runDigest(worldWith(rows))));
    const world = worldWith([[1, 2]]);
    runDigest(world);
    expect(world.kernel.digest).toEqual(createDigest());
  });

  test('does not depend on the order in which tables were opened', () => {
    const open = (names: readonly string[]) => {
      const world = { kernel: { digest: createDigest(), probe: createProbe() } };
      for (const name of names) openTable(world, { ...definition, name });
      return runDigest(world);
    };
    expect(open(['x', 'y'])).toBe(open(['y', 'x']));
    expect(open(['x', 'y'])).not.toBe(open(['x']));
  });
});
