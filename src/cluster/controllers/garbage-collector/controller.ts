import { CLIENT_LIMITS } from '../../api/clients.js';
import { type Controllers, enqueue, SYNC_DONE } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { KCM } from '../../api/kcm.js';
import { KINDS } from '../../api/kinds.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { collect, type GarbageView } from './decide.js';
import { dependentsOf, followChange, type GarbageCollectorWorld } from './graph.js';

/** kubernetes v1.36.3 pkg/controller/garbagecollector/config/v1alpha1/defaults.go: ConcurrentGCSyncs */
const WORKERS = 20;
/** kubernetes v1.36.3 cmd/kube-controller-manager/app/core.go: twice the rate, as a deletion takes two requests. */
const LIMITS = { qps: 2 * CLIENT_LIMITS.controller.qps, burst: CLIENT_LIMITS.controller.burst };
/** Whatever can be deleted may own and be owned; Events are rows of the results. */
const WATCHED = KINDS.map(({ kind }) => kind).filter((kind) => kind !== 'Event');

/**
 * The garbage collector: what loses its last owner goes too. Its keys are uids.
 * Source: kubernetes v1.36.3 pkg/controller/garbagecollector; recordings/13-gc-*.
 */
export function registerGarbageCollector<W extends GarbageCollectorWorld>(
  controllers: Controllers<W>,
  listeners: Listeners<W>,
): void {
  const controllerId = controllers.add({
    name: 'generic-garbage-collector',
    workers: WORKERS,
    limits: LIMITS,
    sync: (world, uid) => {
      const graph = world.controllers.garbageCollector;
      const node = graph.nodes.get(uid);
      if (node === undefined) return SYNC_DONE;
      const owners = (node.object.metadata.ownerReferences ?? []).map((owner) => owner.uid);
      const absentOwners = owners.filter((owner) => graph.absent.has(owner));
      return beginStory(world, teller, { node, dependents: dependentsOf(graph, uid), absentOwners });
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const teller = {
    controllerId,
    story: collect,
    onNote: (world: W, _view: GarbageView, uids: unknown): void => {
      for (const uid of uids as readonly string[]) enqueue(world, controllerId, uid);
    },
  };
  for (const kind of WATCHED) {
    listeners.on(KCM, kind, (world, change) => {
      for (const uid of followChange(world.controllers.garbageCollector, change)) enqueue(world, controllerId, uid);
    });
  }
}
