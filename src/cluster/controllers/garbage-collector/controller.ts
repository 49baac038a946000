import { constant, sample } from '../../../kernel/distributions.js';
import { draws, type StreamId } from '../../../kernel/random.js';
import { CLIENT_LIMITS } from '../../api/clients.js';
import { type Controllers, enqueue, enqueueAfter, SYNC_DONE } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { KCM } from '../../api/kcm.js';
import { KINDS } from '../../api/kinds.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { collect, type GarbageView } from './decide.js';
import { beginsToGo, dependentsOf, followChange, type GarbageCollectorWorld, isGoingAt } from './graph.js';

/** kubernetes v1.36.3 pkg/controller/garbagecollector/config/v1alpha1/defaults.go: ConcurrentGCSyncs */
const WORKERS = 20;
/** kubernetes v1.36.3 cmd/kube-controller-manager/app/core.go: twice the rate, as a deletion takes two requests. */
const LIMITS = { qps: 2 * CLIENT_LIMITS.controller.qps, burst: CLIENT_LIMITS.controller.burst };
/** Informers hand each change to the builder of the graph, which queues what is to be looked at: that takes the time, workers take none. */
const NO_REACTION = constant(0);
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
    reaction: NO_REACTION,
    sync: (world, uid) => {
      const graph = world.controllers.garbageCollector;
      const node = graph.nodes.get(uid);
      if (node === undefined) return SYNC_DONE;
      const owners = (node.metadata.ownerReferences ?? []).map((owner) => owner.uid);
      const absentOwners = owners.filter((owner) => graph.absent.has(owner));
      const isGoing = isGoingAt(graph, node, world.kernel.now);
      return beginStory(world, teller, { node, isGoing, dependents: dependentsOf(graph, uid), absentOwners });
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const streamOf = (world: W): StreamId => world.api.controllers[controllerId]!.stream;
  const teller = {
    controllerId,
    story: collect,
    onNote: (world: W, _view: GarbageView, uids: unknown): void => {
      for (const uid of uids as readonly string[]) enqueue(world, controllerId, uid);
    },
  };
  for (const kind of WATCHED) {
    listeners.on(KCM, kind, (world, change) => {
      const graph = world.controllers.garbageCollector;
      const uids = followChange(graph, change);
      const isDeparture = beginsToGo(change);
      if (uids.length === 0 && !isDeparture) return;
      const lagUs = Math.round(sample(world.api.parameters.controllerReaction, draws(world, streamOf(world))));
      if (isDeparture) graph.goingAt.set(change.object.metadata.uid, world.kernel.now + lagUs);
      for (const uid of uids) enqueueAfter(world, controllerId, uid, lagUs);
    });
  }
}
