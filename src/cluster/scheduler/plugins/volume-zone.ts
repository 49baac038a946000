import { storageClassOf } from '../../api/claims.js';
import type { PersistentVolume } from '../../api/objects/storage.js';
import { keyOf } from '../../api/store.js';
import type { ClusterState, NodeIndex } from '../cluster.js';
import type { PodClass } from '../pod-class.js';
import { FEASIBLE, type Refusal, Rejection, type Verdict } from './verdict.js';

/**
 * Volumes whose labels tell their zone or region.
 * Source: kubernetes v1.36.3 pkg/scheduler/framework/plugins/volumezone; reference/scheduling.md 3.7.
 */

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
/** Keys, older ones first, with the key that a node may have instead. */
const TOPOLOGY_KEYS: ReadonlyMap<string, string> = new Map([
  ['failure-domain.beta.kubernetes.io/zone', ZONE],
  ['failure-domain.beta.kubernetes.io/region', REGION],
  [ZONE, ZONE],
  [REGION, REGION],
]);
/** Between the zones of a volume that is in several. */
const SEPARATOR = '__';

/** Where a volume is by one of its labels. */
export interface VolumePlace {
  readonly key: string;
  readonly values: readonly string[];
}

/** Source: getPVTopologies; a label with an empty zone in it is ignored. */
export function placesOf({ metadata }: PersistentVolume): VolumePlace[] {
  const places: VolumePlace[] = [];
  for (const key of TOPOLOGY_KEYS.keys()) {
    const values = metadata.labels?.[key]?.split(SEPARATOR).map((value) => value.trim());
    if (values !== undefined && !values.includes('')) places.push({ key, values });
  }
  return places;
}

/** PreFilter, as far as it refuses the pod as a whole. Source: getPVbyPod. */
export function refuseUnknownVolumes(cluster: ClusterState, pod: PodClass): Refusal | undefined {
  const refuse = (message: string): Refusal => ({ plugin: 'VolumeZone', message });
  for (const name of pod.namedClaims) {
    const claim = cluster.claims.get(keyOf(pod.namespace, name));
    if (claim === undefined) return refuse(`persistentvolumeclaim "${name}" not found`);
    const { volumeName = '' } = claim.spec;
    if (volumeName !== '') {
      if (cluster.volumes.has(volumeName)) continue;
      return refuse(`persistentvolume "${volumeName}" not found`);
    }
    const className = storageClassOf(claim);
    if (className === '') return refuse('PersistentVolumeClaim had no pv name and storageClass name');
    const storageClass = cluster.storageClasses.get(className);
    if (storageClass === undefined) return refuse(`storageclass.storage.k8s.io "${className}" not found`);
    if (storageClass.volumeBindingMode !== 'WaitForFirstConsumer') return refuse('PersistentVolume had no name');
  }
  return undefined;
}

/** PreFilter: where the pod's bound volumes are. */
export function volumePlacesOf(cluster: ClusterState, pod: PodClass): VolumePlace[] {
  return pod.namedClaims.flatMap((name) => {
    const volumeName = cluster.claims.get(keyOf(pod.namespace, name))?.spec.volumeName ?? '';
    const volume = cluster.volumes.get(volumeName);
    return volume === undefined ? [] : placesOf(volume);
  });
}

/** A node that tells no place of its own reaches every volume. */
export function filterPlaces(cluster: ClusterState, places: readonly VolumePlace[], node: NodeIndex): Verdict {
  if (places.length === 0) return FEASIBLE;
  const labels = cluster.nodes[node]!.metadata.labels ?? {};
  if (![...TOPOLOGY_KEYS.keys()].some((key) => labels[key] !== undefined)) return FEASIBLE;
  const isThere = ({ key, values }: VolumePlace): boolean => {
    const value = labels[key] ?? labels[TOPOLOGY_KEYS.get(key)!];
    return value !== undefined && values.includes(value);
  };
  return places.every(isThere) ? FEASIBLE : Rejection.VolumeZone;
}
