import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiRequest } from '../../../../src/cluster/api/calls.js';
import type { Pod } from '../../../../src/cluster/api/objects/pod.js';
import type { PersistentVolumeClaim } from '../../../../src/cluster/api/objects/storage.js';
import type { ControllerRevision, StatefulSet } from '../../../../src/cluster/api/objects/workload.js';
import { syncStatefulSet, type StatefulSetView } from '../../../../src/cluster/controllers/stateful-set/decide.js';
import {
  atHand,
  forgetPods,
  keptPods,
  recount,
  reopenClaimant,
} from '../../../../src/cluster/controllers/stateful-set/kept-pods.js';
import { createStatefulSetState } from '../../../../src/cluster/controllers/stateful-set/state.js';
import { SECOND_US } from '../../../../src/kernel/time.js';
import { answered, playStory } from '../play-story.js';

const REPLICAS = 12;
const TEMPLATE = { metadata: { labels: { app: 'db' } }, spec: { containers: [] } };
const REVISION = {
  kind: 'ControllerRevision',
  metadata: {
    name: 'new',
    namespace: 'ns',
    labels: { app: 'db' },
    ownerReferences: [{ uid: 'set', controller: true }],
  },
  data: { spec: { template: { ...TEMPLATE, $patch: 'replace' } } },
  revision: 2,
} as unknown as ControllerRevision;

interface Kind {
  readonly policy: 'Parallel' | 'OrderedReady';
  readonly hasClaims: boolean;
  readonly partition: number;
  readonly isGoing: boolean;
  readonly start: number;
  readonly minReadySeconds: number;
}

function setOf({ policy, hasClaims, partition, isGoing, start, minReadySeconds }: Kind): StatefulSet {
  const going = isGoing ? { deletionTimestamp: 1 } : {};
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'ns', uid: 'set', generation: 1, resourceVersion: 1, ...going },
    spec: {
      replicas: REPLICAS,
      minReadySeconds,
      ordinals: { start },
      selector: { matchLabels: { app: 'db' } },
      template: TEMPLATE,
      podManagementPolicy: policy,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } },
      ...(hasClaims ? { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] } : {}),
    },
    status: { currentRevision: 'new', replicas: 0 },
  } as unknown as StatefulSet;
}

interface Look {
  readonly phase: 'Pending' | 'Running' | 'Failed';
  readonly isReady: boolean;
  /** In seconds. */
  readonly readyAt: number;
  readonly isGoing: boolean;
  readonly revision: 'old' | 'new';
  readonly hasIdentity: boolean;
  readonly app: string;
}

function podOf(
  ordinal: number,
  { phase, isReady, readyAt, isGoing, revision, hasIdentity, app }: Look,
  kind: Kind,
): Pod {
  const name = `db-${ordinal}`;
  const identity = {
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
  };
  const volumes = kind.hasClaims ? [{ name: 'data', persistentVolumeClaim: { claimName: `data-${name}` } }] : [];
  const metadata = {
    name,
    namespace: 'ns',
    uid: `${name}-${revision}`,
    resourceVersion: 1,
    labels: { app, 'controller-revision-hash': revision, ...(hasIdentity ? identity : {}) },
    ownerReferences: [{ kind: 'StatefulSet', uid: 'set', controller: true }],
    ...(isGoing ? { deletionTimestamp: 1 } : {}),
  };
  const ready = isReady ? 'True' : 'False';
  const conditions = [{ type: 'Ready', status: ready, lastTransitionTime: readyAt * SECOND_US }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { volumes },
    status: { phase, conditions },
  } as unknown as Pod;
}

type ClaimLook = 'fine' | 'going' | 'owned';

function claimOf(ordinal: number, look: ClaimLook): PersistentVolumeClaim {
  const ownerReferences = look === 'owned' ? [{ kind: 'StatefulSet', name: 'db', uid: 'set' }] : [];
  const going = look === 'going' ? { deletionTimestamp: 1 } : {};
  const metadata = { name: `data-db-${ordinal}`, namespace: 'ns', resourceVersion: 1, ownerReferences, ...going };
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata } as unknown as PersistentVolumeClaim;
}

/** What a sync asks for, each time all at once, and how it ends. */
function told(view: StatefulSetView): unknown {
  const sent: ApiRequest[] = [];
  const played = playStory(syncStatefulSet(view), (request) => {
    sent.push(request);
    if (request.verb === 'update') return answered(request.body as Pod);
    if (request.verb === 'delete') return { status: 404, reason: 'NotFound', message: 'gone' };
    return { status: 409, reason: 'Conflict', message: 'not now' };
  });
  return { sent, played };
}

const oftenTrue = fc.integer({ min: 0, max: 9 }).map((number) => number > 0);
const kind = fc.record<Kind>({
  policy: fc.constantFrom('Parallel', 'OrderedReady'),
  hasClaims: fc.boolean(),
  partition: fc.constantFrom(0, 0, 5, 20),
  isGoing: oftenTrue.map((isStaying) => !isStaying),
  start: fc.constantFrom(0, 3),
  minReadySeconds: fc.constantFrom(0, 5, 15),
});
const anyLook = fc.record<Look>({
  phase: fc.constantFrom('Running', 'Running', 'Running', 'Running', 'Running', 'Pending', 'Failed'),
  isReady: oftenTrue,
  readyAt: fc.constantFrom(0, 0, 5, 10),
  isGoing: oftenTrue.map((isStaying) => !isStaying),
  revision: fc.constantFrom('old', 'new', 'new', 'new'),
  hasIdentity: oftenTrue,
  app: fc.constantFrom('db', 'db', 'db', 'db', 'db', 'db', 'other'),
});
const FINE: Look = {
  phase: 'Running',
  isReady: true,
  readyAt: 0,
  isGoing: false,
  revision: 'new',
  hasIdentity: true,
  app: 'db',
};
const look = fc.oneof({ weight: 3, arbitrary: fc.constant(FINE) }, { weight: 1, arbitrary: anyLook });
const change = fc.record({
  claimPlace: fc.integer({ min: 0, max: REPLICAS }),
  place: fc.integer({ min: 0, max: REPLICAS }),
  pod: fc.option(look, { freq: 8 }),
  claim: fc.option(fc.constantFrom<ClaimLook>('fine', 'fine', 'fine', 'fine', 'going', 'owned'), { freq: 8 }),
});

describe('what is kept of the pods of a StatefulSet', () => {
  it('leads to the same as a look at all of them, after any changes', () => {
    let fast = 0;
    fc.assert(
      fc.property(
        kind,
        fc.array(look, { minLength: REPLICAS - 1, maxLength: REPLICAS }),
        fc.array(change, { maxLength: 25 }),
        (of, first, changes) => {
          const set = setOf(of);
          const memory = createStatefulSetState();
          const pods = new Map<number, Pod>(
            first.map((one, place) => [of.start + place, podOf(of.start + place, one, of)]),
          );
          const claims = new Map<string, PersistentVolumeClaim>();
          for (const ordinal of pods.keys()) claims.set(`data-db-${ordinal}`, claimOf(ordinal, 'fine'));
          let now = 0;
          for (const next of [undefined, ...changes]) {
            now += SECOND_US;
            if (next !== undefined) {
              const ordinal = of.start + next.place;
              const before = pods.get(ordinal);
              const object = next.pod === null ? before : podOf(ordinal, next.pod, of);
              if (next.pod === null) pods.delete(ordinal);
              else pods.set(ordinal, object!);
              const type = next.pod === null ? 'deleted' : before === undefined ? 'added' : 'modified';
              if (object !== undefined) recount(memory, { type, object, before });
              const claim = claimOf(of.start + next.claimPlace, next.claim ?? 'fine');
              if (next.claim === null) claims.delete(claim.metadata.name);
              else claims.set(claim.metadata.name, claim);
              reopenClaimant(memory, claim);
            }
            const kept = keptPods(memory, set, pods.values());
            const known = atHand(kept, set, [REVISION], () => claims, now);
            if (known === undefined) continue;
            fast += 1;
            const rest = { set, revisions: [REVISION], claims, now };
            expect(told({ ...rest, pods: known })).toEqual(told({ ...rest, pods: [...pods.values()] }));
          }
          forgetPods(memory, set);
          expect([memory.kept.size, memory.claimants.size]).toEqual([0, 0]);
        },
      ),
      { numRuns: 300 },
    );
    expect(fast).toBeGreaterThan(500);
  });
});
