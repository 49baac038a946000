import { type Fields, fieldsIn, listIn, textIn } from '../cluster/api/fields.js';
import type { PodSpec } from '../cluster/api/objects/pod.js';
import type { FieldPath } from './field-path.js';

/** An object that a pod names and cannot start without. */
export interface Need {
  readonly kind:
    | 'ConfigMap'
    | 'PersistentVolumeClaim'
    | 'ResourceClaim'
    | 'ResourceClaimTemplate'
    | 'Secret'
    | 'ServiceAccount';
  readonly name: string;
  /** The way to the name in the pod's spec. */
  readonly path: FieldPath;
  /** What a real kubelet says while it is missing, of what is not played here; empty: it is. */
  readonly reason: '' | 'CreateContainerConfigError' | 'FailedMount';
}

/** What a pod cannot start without, in the order of its spec. */
export function needsOf(spec: PodSpec): Need[] {
  const fields = spec as unknown as Fields;
  const { containers, initContainers, volumes, resourceClaims } = fields;
  return [
    ...needed('ServiceAccount', fields, [], 'serviceAccountName', ''),
    ...listIn(initContainers).flatMap((container, index) => ofContainer(container, ['initContainers', index])),
    ...listIn(containers).flatMap((container, index) => ofContainer(container, ['containers', index])),
    ...listIn(volumes).flatMap((volume, index) => ofVolume(volume, ['volumes', index])),
    ...listIn(resourceClaims).flatMap((claim, index) => [
      ...needed('ResourceClaim', claim, ['resourceClaims', index], 'resourceClaimName', ''),
      ...needed('ResourceClaimTemplate', claim, ['resourceClaims', index], 'resourceClaimTemplateName', ''),
    ]),
  ];
}

function ofContainer({ env, envFrom }: Fields, at: FieldPath): Need[] {
  const reason = 'CreateContainerConfigError';
  const ofVariables = listIn(env).flatMap(({ valueFrom }, index) => {
    const path = [...at, 'env', index, 'valueFrom'];
    return [
      ...referred('ConfigMap', fieldsIn(valueFrom), path, 'configMapKeyRef', 'name', reason),
      ...referred('Secret', fieldsIn(valueFrom), path, 'secretKeyRef', 'name', reason),
    ];
  });
  const ofSources = listIn(envFrom).flatMap((source, index) => [
    ...referred('ConfigMap', source, [...at, 'envFrom', index], 'configMapRef', 'name', reason),
    ...referred('Secret', source, [...at, 'envFrom', index], 'secretRef', 'name', reason),
  ]);
  return [...ofVariables, ...ofSources];
}

function ofVolume(volume: Fields, at: FieldPath): Need[] {
  const reason = 'FailedMount';
  const sources = listIn(fieldsIn(volume['projected'])['sources']);
  return [
    ...referred('PersistentVolumeClaim', volume, at, 'persistentVolumeClaim', 'claimName', ''),
    ...referred('ConfigMap', volume, at, 'configMap', 'name', reason),
    ...referred('Secret', volume, at, 'secret', 'secretName', reason),
    ...sources.flatMap((source, index) => [
      ...referred('ConfigMap', source, [...at, 'projected', 'sources', index], 'configMap', 'name', reason),
      ...referred('Secret', source, [...at, 'projected', 'sources', index], 'secret', 'name', reason),
    ]),
  ];
}

/** As `needed`, in a field of the holder that may say that it can do without. */
function referred(
  kind: Need['kind'],
  holder: Fields,
  at: FieldPath,
  field: string,
  nameField: string,
  reason: Need['reason'],
): Need[] {
  const reference = fieldsIn(holder[field]);
  return reference['optional'] === true ? [] : needed(kind, reference, [...at, field], nameField, reason);
}

function needed(kind: Need['kind'], holder: Fields, at: FieldPath, field: string, reason: Need['reason']): Need[] {
  const name = textIn(holder[field]);
  return name === '' ? [] : [{ kind, name, path: [...at, field], reason }];
}
