import { withFields } from '../../kernel/with-fields.js';
import type { StringMap } from './objects/meta.js';
import type { Pod } from './objects/pod.js';
import { stored } from './store.js';
import type { ApiWorld } from './world.js';

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';

/** Labels of pods with those of their places, by the pods' own and by place: pods of one owner and one zone share them. */
export type PlacedLabels = Map<StringMap, Map<string, StringMap>>;

/** Labels remembered at most; then all are forgotten, which costs memory but changes nothing. */
const MAXIMUM_REMEMBERED = 1_000;

/** A bound pod gets its node's zone and region as labels. Source: kubernetes v1.36.3 plugin/pkg/admission/podtopologylabels. */
export function labelsOfPlace(world: ApiWorld, { metadata }: Pod, nodeName: string): StringMap | undefined {
  const { [ZONE]: zone, [REGION]: region } = stored(world, 'Node', nodeName)?.metadata.labels ?? {};
  if (zone === undefined && region === undefined) return metadata.labels;
  const { placedLabels } = world.api;
  const own = metadata.labels ?? NO_LABELS;
  let byPlace = placedLabels.get(own);
  if (byPlace === undefined) {
    if (placedLabels.size >= MAXIMUM_REMEMBERED) placedLabels.clear();
    placedLabels.set(own, (byPlace = new Map()));
  }
  const place = region === undefined ? zone! : `${region}/${zone}`;
  let labels = byPlace.get(place);
  if (labels === undefined) {
    labels = withFields(own, {
      ...(zone === undefined ? {} : { [ZONE]: zone }),
      ...(region === undefined ? {} : { [REGION]: region }),
    });
    byPlace.set(place, labels);
  }
  return labels;
}

const NO_LABELS: StringMap = {};
