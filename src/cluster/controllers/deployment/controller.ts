import type { Controllers } from '../../api/controller-loop.js';
import { enqueue, SYNC_DONE } from '../../api/controller-loop.js';
import type { Change, Listeners } from '../../api/informers.js';
import { controllerKey, KCM, kcmLister, type KcmWorld } from '../../api/kcm.js';
import type { Pod } from '../../api/objects/pod.js';
import type { Deployment, ReplicaSet } from '../../api/objects/workload.js';
import { controlledBy, orphansIn } from '../../api/owner-index.js';
import { controllerOf } from '../../api/owner-references.js';
import { matchesSelector } from '../../api/selectors.js';
import { objectKey } from '../../api/store.js';
import { beginStory, resumeStory } from '../../api/sync-story.js';
import { type DeploymentView, syncDeployment } from './decide.js';

/** kubernetes v1.36.3 pkg/controller/deployment/config/v1alpha1/defaults.go */
const WORKERS = 5;
/** kubernetes v1.36.3 pkg/controller/deployment/deployment_controller.go: maxRetries */
const MAXIMUM_RETRIES = 15;

/** The Deployment controller. Source: kubernetes v1.36.3 pkg/controller/deployment; reference/workloads.md section 4. */
export function registerDeployment<W extends KcmWorld>(controllers: Controllers<W>, listeners: Listeners<W>): void {
  const controllerId = controllers.add({
    name: 'deployment-controller',
    workers: WORKERS,
    maximumRetries: MAXIMUM_RETRIES,
    sync: (world, key) => {
      const deployment = kcmLister<Deployment>(world, 'Deployment').get(key);
      return deployment === undefined ? SYNC_DONE : beginStory(world, teller, viewOf(world, deployment));
    },
    resume: (world, _key, memory, results) => resumeStory(world, teller, memory, results),
  });
  const teller = { controllerId, story: syncDeployment };
  listeners.on<Deployment>(KCM, 'Deployment', (world, { object }) => enqueue(world, controllerId, objectKey(object)));
  listeners.on<ReplicaSet>(KCM, 'ReplicaSet', (world, change) => wakeOwners(world, controllerId, change));
  listeners.on<Pod>(KCM, 'Pod', (world, change) => wakeRecreate(world, controllerId, change));
}

function viewOf(world: KcmWorld, deployment: Deployment): DeploymentView {
  const { Pod, ReplicaSet } = world.kcm.owned;
  const { namespace, uid } = deployment.metadata;
  const own = [...controlledBy<ReplicaSet>(ReplicaSet, uid).values()];
  const candidates = [...own, ...orphansIn<ReplicaSet>(ReplicaSet, namespace).values()];
  const pods = new Map<string, readonly Pod[]>();
  if (deployment.spec.strategy?.type === 'Recreate') {
    for (const { metadata } of own) pods.set(metadata.uid, [...controlledBy<Pod>(Pod, metadata.uid).values()]);
  }
  return { deployment, candidates, pods, now: world.kernel.now };
}

function wakeOwners(world: KcmWorld, controllerId: number, change: Change<ReplicaSet>): void {
  const { type, object, before } = change;
  const isAnothers = before !== undefined && controllerOf(before)?.uid !== controllerOf(object)?.uid;
  for (const set of isAnothers ? [before, object] : [object]) {
    const key = controllerKey(world, 'Deployment', set);
    if (key !== undefined) enqueue(world, controllerId, key);
  }
  if (type === 'deleted' || controllerOf(object) !== undefined) return;
  for (const [key, { metadata, spec }] of kcmLister<Deployment>(world, 'Deployment')) {
    if (metadata.namespace !== object.metadata.namespace) continue;
    if (matchesSelector(spec.selector, object.metadata.labels)) enqueue(world, controllerId, key);
  }
}

/** With the strategy Recreate the end of the last old pod is what the rollout waits for. */
function wakeRecreate(world: KcmWorld, controllerId: number, { type, object }: Change<Pod>): void {
  if (type !== 'deleted') return;
  const setKey = controllerKey(world, 'ReplicaSet', object);
  const set = setKey === undefined ? undefined : kcmLister<ReplicaSet>(world, 'ReplicaSet').get(setKey);
  const key = set === undefined ? undefined : controllerKey(world, 'Deployment', set);
  const deployment = key === undefined ? undefined : kcmLister<Deployment>(world, 'Deployment').get(key);
  if (key === undefined || deployment?.spec.strategy?.type !== 'Recreate') return;
  const { Pod, ReplicaSet } = world.kcm.owned;
  for (const { metadata } of controlledBy(ReplicaSet, deployment.metadata.uid).values()) {
    if (controlledBy(Pod, metadata.uid).size > 0) return;
  }
  enqueue(world, controllerId, key);
}
