import { type Controllers, enqueue, SYNC_DONE } from '../../api/controller-loop.js';
import type { Listeners } from '../../api/informers.js';
import { KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { KubernetesObject } from '../../api/objects/meta.js';
import type { Namespace } from '../../api/objects/namespace.js';
import { keyOf } from '../../api/store.js';

/** kubernetes v1.36.3 cmd/kube-controller-manager/app/controllermanager.go: startServiceAccountController */
const WORKERS = 1;
const NAME = 'default';

/**
 * The service account controller: every namespace has an account `default`, which its pods wait for.
 * Source: kubernetes v1.36.3 pkg/controller/serviceaccount/serviceaccounts_controller.go.
 */
export function registerServiceAccount<W extends KcmWorld>(controllers: Controllers<W>, listeners: Listeners<W>): void {
  const controllerId = controllers.add({
    name: 'service-account-controller',
    workers: WORKERS,
    sync: (world, namespace) => {
      const owner = kcmLister<Namespace>(world, 'Namespace').get(namespace);
      if (owner === undefined || owner.metadata.deletionTimestamp !== undefined) return SYNC_DONE;
      if (kcmLister(world, 'ServiceAccount').has(keyOf(namespace, NAME))) return SYNC_DONE;
      const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace } };
      return { requests: [{ verb: 'create', kind: 'ServiceAccount', namespace, name: NAME, body }], memory: NAME };
    },
    // Somebody else may have made it, or the namespace is going: both are fine.
    resume: (_world, _namespace, _memory, results) => ({
      requests: [],
      outcome: { retry: results.some(({ status }) => status >= 500) },
    }),
  });
  listeners.on<Namespace>(KCM, 'Namespace', (world, { type, object }) => {
    if (type !== 'deleted') enqueue(world, controllerId, object.metadata.name);
  });
  listeners.on<KubernetesObject>(KCM, 'ServiceAccount', (world, { type, object: { metadata } }) => {
    if (type === 'deleted' && metadata.name === NAME) enqueue(world, controllerId, metadata.namespace);
  });
}
