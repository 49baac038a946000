import { type Fields, listIn, mapList } from '../../../src/cluster/api/fields.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';

/** Seconds a token of a mounted service account holds. Source: plugin/pkg/admission/serviceaccount: WarnOnlyBoundTokenExpirationSeconds. */
const TOKEN_SECONDS = 3607;
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_FILE_MODE = 420;

/**
 * The volume with the service account's token that admission mounts into every container, as kubectl shows it. `suffix`: the five
 * random characters of its name.
 */
export function withTokenVolume(pod: Pod, suffix: string): Pod {
  const spec = pod.spec as unknown as Fields;
  if (spec['automountServiceAccountToken'] === false) return pod;
  const name = `kube-api-access-${suffix}`;
  const sources = [
    { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] },
    },
  ];
  let isMounted = false;
  const mount = (container: Fields): Fields => {
    const mounts = listIn(container['volumeMounts']);
    if (mounts.some((existing) => existing['mountPath'] === TOKEN_PATH)) return container;
    isMounted = true;
    return { ...container, volumeMounts: [...mounts, { name, readOnly: true, mountPath: TOKEN_PATH }] };
  };
  const mounted = mapList(mapList(spec, 'initContainers', mount), 'containers', mount);
  if (!isMounted) return pod;
  const volumes = [...listIn(spec['volumes']), { name, projected: { sources, defaultMode: TOKEN_FILE_MODE } }];
  return { ...pod, spec: { ...mounted, volumes } as unknown as Pod['spec'] };
}
