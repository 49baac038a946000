import { expect, test } from 'vitest';
import { insertObject } from '../../../src/cluster/api/writes.js';
import { constant } from '../../../src/kernel/distributions.js';
import {
  boundPod,
  eventMessages,
  eventReasons,
  eventTimes,
  nodesStage,
  play,
  podNamed,
  workload,
} from './nodes-world.js';

const PARAMETERS = {
  pullSetup: constant(1e6),
  pullBytesPerSecond: 10e6,
  unpackBytesPerSecond: 50e6,
  uncompressedRatio: 2,
  imageLayers: 5,
  layerUs: 20_000,
};

test('a pull takes its set-up, download, unpacking and layers', () => {
  const stage = nodesStage({ behaviours: [workload({ imageBytes: 50e6 })], imagesPresent: [], parameters: PARAMETERS });
  insertObject(stage.world, boundPod('web', 'n-1'));
  play(stage, 30);
  const [pulling] = eventTimes(stage, 'web', 'Pulling');
  const [pulled] = eventTimes(stage, 'web', 'Pulled');
  expect(pulled! - pulling!).toBeCloseTo(1 + 5 + 2 + 0.1, 5);
});

test('pulls stand in line; the second pod with the same image finds its layers', () => {
  const stage = nodesStage({ behaviours: [workload({ imageBytes: 50e6 })], imagesPresent: [], parameters: PARAMETERS });
  insertObject(stage.world, boundPod('first', 'n-1', { containers: [{ image: 'a:1' }] }));
  insertObject(stage.world, boundPod('other', 'n-1', { containers: [{ image: 'b:1' }] }));
  insertObject(stage.world, boundPod('same', 'n-1', { containers: [{ image: 'a:1' }] }));
  play(stage, 60);
  const pulled = ['first', 'other', 'same'].flatMap((name) => eventTimes(stage, name, 'Pulled'));
  const order = pulled.toSorted((a, b) => a - b);
  expect(order[2]! - order[0]!).toBeCloseTo(9.1, 3);
  const told = ['first', 'other', 'same'].flatMap((name) => eventMessages(stage, name, 'Pulled'));
  expect(told.find((message) => message.includes('"b:1"'))).toMatch(
    /^Successfully pulled image "b:1" in 8\.1s \(\d+(\.\d+)?s including waiting\)\. Image size: 50000000 bytes\.$/,
  );
  expect(told.filter((message) => message.includes('in 8.1s (8.1s including waiting)'))).toHaveLength(1);
});

test('an image that is nowhere: ErrImagePull, then ImagePullBackOff, never running', () => {
  const stage = nodesStage({ missingImages: ['*:v99'] });
  insertObject(stage.world, boundPod('web', 'n-1', { containers: [{ image: 'shop/web:v99' }] }));
  const reasons = new Set<string>();
  for (let second = 1; second < 400; second++) {
    play(stage, second);
    const reason = podNamed(stage, 'web')!.status.containerStatuses?.[0]?.state.waiting?.reason;
    if (reason !== undefined) reasons.add(reason);
  }
  expect([...reasons]).toEqual(['ContainerCreating', 'ErrImagePull', 'ImagePullBackOff']);
  expect(podNamed(stage, 'web')!.status.phase).toBe('Pending');
  const tries = eventTimes(stage, 'web', 'Pulling');
  // Waits of 10, 20, 40, 80, 160 s, each found over at a sync 10 to 15 s apart.
  expect(tries.length).toBeGreaterThanOrEqual(5);
  expect(tries.length).toBeLessThanOrEqual(6);
});

test('policy Never fails without the image, Always asks the registry even with it', () => {
  const stage = nodesStage({ imagesPresent: ['app:1'], parameters: PARAMETERS });
  insertObject(stage.world, boundPod('never', 'n-1', { containers: [{ image: 'b:1', imagePullPolicy: 'Never' }] }));
  insertObject(stage.world, boundPod('always', 'n-1', { containers: [{ imagePullPolicy: 'Always' }] }));
  play(stage, 20);
  const waiting = podNamed(stage, 'never')!.status.containerStatuses![0]!.state.waiting;
  expect(waiting?.reason).toBe('ErrImageNeverPull');
  expect(eventReasons(stage, 'always')).toEqual(['Pulling', 'Pulled', 'Created', 'Started']);
  const [pulling] = eventTimes(stage, 'always', 'Pulling');
  const [pulled] = eventTimes(stage, 'always', 'Pulled');
  expect(pulled! - pulling!).toBeCloseTo(1, 5);
});

test('more than ten pulls at once are refused by the bucket where they run side by side', () => {
  const stage = nodesStage({ imagesPresent: [], parameters: { ...PARAMETERS, serializeImagePulls: false } });
  for (let pod = 0; pod < 40; pod++) {
    insertObject(stage.world, boundPod(`p${pod}`, 'n-1', { containers: [{ image: `a${pod}:1` }] }));
  }
  play(stage, 300);
  const failed = Array.from({ length: 40 }, (_, pod) => eventTimes(stage, `p${pod}`, 'Failed').length);
  expect(Math.max(...failed)).toBeGreaterThan(0);
  for (let pod = 0; pod < 40; pod++) expect(podNamed(stage, `p${pod}`)!.status.phase).toBe('Running');
});
