import { SECOND_US } from '../../../kernel/time.js';
import { CLIENT_LIMITS } from '../../api/clients.js';
import { type Controllers, enqueueAfter, SYNC_DONE } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { Namespace } from '../../api/objects/namespace.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { emptyNamespace } from './decide.js';

/** kubernetes v1.36.3 pkg/controller/namespace/config/v1alpha1/defaults.go: ConcurrentNamespaceSyncs */
const WORKERS = 10;
/** So that every API server knows of the deletion (namespace_controller.go: namespaceDeletionGracePeriod). */
const GRACE_US = 5 * SECOND_US;
/** It asks for every kind there is (kubernetes v1.36.3 cmd/kube-controller-manager/app/core.go: startModifiedNamespaceController). */
const LIMITS = { qps: 20 * CLIENT_LIMITS.controller.qps, burst: 100 * CLIENT_LIMITS.controller.burst };

/**
 * The namespace controller: a namespace that is deleted loses all it holds, then itself.
 * Source: kubernetes v1.36.3 pkg/controller/namespace; recordings/13-namespace-delete.
 */
export function registerNamespace<W extends KcmWorld>(controllers: Controllers<W>, listeners: Listeners<W>): void {
  const controllerId = controllers.add({
    name: 'namespace-controller',
    workers: WORKERS,
    limits: LIMITS,
    sync: (world, name) => {
      const namespace = kcmLister<Namespace>(world, 'Namespace').get(name);
      return namespace === undefined ? SYNC_DONE : beginStory(world, teller, { name, now: world.kernel.now });
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const teller = { controllerId, story: emptyNamespace };
  listeners.on<Namespace>(KCM, 'Namespace', (world, { type, object: { metadata } }) => {
    if (type === 'deleted' || metadata.deletionTimestamp === undefined) return;
    enqueueAfter(world, controllerId, metadata.name, GRACE_US);
  });
}
