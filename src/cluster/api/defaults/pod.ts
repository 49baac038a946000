import { DEFAULT_SCHEDULER_NAME } from '../scheduler-configuration.js';
import { withFields } from '../../../kernel/with-fields.js';
import { type Fields, fieldsIn, isZero, mapField, mapList, textIn, withMissing, withZeros } from '../fields.js';
import type { ResourceList } from '../objects/meta.js';
import type { PodSpec } from '../objects/pod.js';
import { formatResources, isPodLevelResource, podLimits, podRequests } from '../pod-resources.js';
import { formatQuantity, quantity } from '../quantity.js';

/** Defaults of pods and pod templates. Source: kubernetes v1.36.3 pkg/apis/core/v1/defaults.go. */

/** Permissions of files in volumes of secrets and the like: 0644. */
const VOLUME_FILE_MODE = 420;
const TOKEN_EXPIRATION_SECONDS = 3600;

/** What templates and pods have in common. */
export function defaultPodSpec(given: Fields): Fields {
  let spec = withZeros(given, {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: DEFAULT_SCHEDULER_NAME,
  });
  spec = withMissing(spec, { securityContext: {}, terminationGracePeriodSeconds: 30 });
  spec = serviceAccountBothWays(spec);
  spec = mapList(spec, 'containers', defaultContainer);
  spec = mapList(spec, 'initContainers', defaultContainer);
  spec = mapList(spec, 'ephemeralContainers', defaultContainer);
  spec = mapList(spec, 'volumes', defaultVolume);
  return mapField(mapField(spec, 'overhead', roundedUpToMilli), 'resources', defaultResources);
}

/** Templates that are filled in already: whoever scales a workload hands its template back as it was. No state of the world. */
const filledTemplates = new WeakSet<Fields>();

export function defaultPodTemplate(template: Fields): Fields {
  if (filledTemplates.has(template)) return template;
  const filled = withFields(template, { spec: defaultPodSpec(fieldsIn(template['spec'])) });
  filledTemplates.add(filled);
  return filled;
}

/** What only a pod itself gets: a Deployment shows its template as it was written. */
export function defaultPod(pod: Fields): Fields {
  let spec = defaultPodSpec(fieldsIn(pod['spec']));
  spec = mapList(spec, 'containers', requestsFromLimits);
  spec = mapList(spec, 'initContainers', requestsFromLimits);
  spec = defaultPodLevelResources(spec);
  spec = withMissing(spec, { enableServiceLinks: true });
  if (spec['hostNetwork'] === true) {
    spec = mapList(spec, 'containers', hostPortsFromContainerPorts);
    spec = mapList(spec, 'initContainers', hostPortsFromContainerPorts);
  }
  return withFields(pod, { spec });
}

/** `serviceAccount` is the older name of `serviceAccountName`; both are kept equal. */
function serviceAccountBothWays(spec: Fields): Fields {
  const name = textIn(spec['serviceAccountName']) || textIn(spec['serviceAccount']);
  return name === '' ? spec : withFields(spec, { serviceAccountName: name, serviceAccount: name });
}

function defaultContainer(given: Fields): Fields {
  let container = withZeros(given, {
    imagePullPolicy: imageTag(textIn(given['image'])) === 'latest' ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  container = mapList(container, 'ports', (port) => withZeros(port, { protocol: 'TCP' }));
  container = mapField(container, 'resources', defaultResources);
  container = mapList(container, 'env', (variable) => mapField(variable, 'valueFrom', defaultFieldRef));
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    container = mapField(container, probe, defaultProbe);
  }
  return mapField(container, 'lifecycle', (lifecycle) =>
    mapField(mapField(lifecycle, 'postStart', defaultHandler), 'preStop', defaultHandler),
  );
}

const PATH_PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
/** An image name: registry, path, tag, digest. Source: distribution/reference regexp.go. */
const IMAGE = new RegExp(
  `^(?:(?:[a-zA-Z0-9.-]+|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?/)?${PATH_PART}(?:/${PATH_PART})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,})?$`,
);

/** The tag of an image name: `latest` when it has neither tag nor digest, '' when it has a digest alone or is no name at all. */
export function imageTag(image: string): string {
  if (!IMAGE.test(image)) return '';
  const digest = image.indexOf('@');
  const name = digest < 0 ? image : image.slice(0, digest);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  if (colon >= 0) return name.slice(colon + 1);
  return digest < 0 ? 'latest' : '';
}

function defaultProbe(probe: Fields): Fields {
  const filled = withZeros(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  const grpc = mapField(filled, 'grpc', (action) => withMissing(action, { service: '' }));
  return defaultHandler(grpc);
}

function defaultHandler(handler: Fields): Fields {
  return mapField(handler, 'httpGet', (action) => withZeros(action, { path: '/', scheme: 'HTTP' }));
}

function defaultFieldRef(source: Fields): Fields {
  const withVersion = mapField(source, 'fieldRef', (ref) => withZeros(ref, { apiVersion: 'v1' }));
  return mapField(withVersion, 'resourceFieldRef', (ref) => withMissing(ref, { divisor: '0' }));
}

function defaultVolume(given: Fields): Fields {
  const hasSource = Object.keys(given).some((field) => field !== 'name');
  let volume: Fields = hasSource ? given : { ...given, emptyDir: {} };
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    volume = mapField(volume, source, (fields) => withMissing(fields, { defaultMode: VOLUME_FILE_MODE }));
  }
  volume = mapField(volume, 'downwardAPI', defaultDownwardItems);
  volume = mapField(volume, 'projected', (projected) => mapList(projected, 'sources', defaultProjection));
  volume = mapField(volume, 'hostPath', (path) => withMissing(path, { type: '' }));
  volume = mapField(volume, 'ephemeral', (ephemeral) =>
    mapField(ephemeral, 'volumeClaimTemplate', (template) =>
      mapField(template, 'spec', (spec) => withMissing(spec, { volumeMode: 'Filesystem' })),
    ),
  );
  return mapField(volume, 'image', (image) =>
    withZeros(image, { pullPolicy: imageTag(textIn(image['reference'])) === 'latest' ? 'Always' : 'IfNotPresent' }),
  );
}

function defaultDownwardItems(source: Fields): Fields {
  return mapList(source, 'items', defaultFieldRef);
}

function defaultProjection(source: Fields): Fields {
  const withItems = mapField(source, 'downwardAPI', defaultDownwardItems);
  return mapField(withItems, 'serviceAccountToken', (token) =>
    withMissing(token, { expirationSeconds: TOKEN_EXPIRATION_SECONDS }),
  );
}

function defaultResources(resources: Fields): Fields {
  return mapField(mapField(resources, 'limits', roundedUpToMilli), 'requests', roundedUpToMilli);
}

const NANO_PER_MILLI = 1_000_000n;

/** Amounts finer than a thousandth are rounded up. Source: defaults.go: SetDefaults_ResourceList. */
export function roundedUpToMilli(list: Fields): Fields {
  return Object.fromEntries(
    Object.entries(list).map(([name, text]) => {
      const amount = quantity(text as string);
      const rest = amount.nano % NANO_PER_MILLI;
      if (rest === 0n) return [name, text];
      const nano = amount.nano - rest + (amount.nano > 0n ? NANO_PER_MILLI : -NANO_PER_MILLI);
      return [name, formatQuantity({ ...amount, nano })];
    }),
  );
}

/** A limit without a request is the request, too. */
function requestsFromLimits(container: Fields): Fields {
  return mapField(container, 'resources', (resources) => {
    if (resources['limits'] === undefined) return resources;
    const requests = withMissing(fieldsIn(resources['requests']), fieldsIn(resources['limits']));
    return { ...resources, requests };
  });
}

/** Resources that may be promised twice. Source: pkg/apis/core/v1/helper: IsOvercommitAllowed. */
function isOvercommitAllowed(name: string): boolean {
  return (!name.includes('/') || name.startsWith('kubernetes.io/')) && !name.startsWith('hugepages-');
}

function isEmpty(list: unknown): boolean {
  return Object.keys(fieldsIn(list)).length === 0;
}

/** Fills resources of the pod as a whole, where it has some. Source: defaults.go: defaultHugePagePodLimits, defaultPodRequests. */
function defaultPodLevelResources(spec: Fields): Fields {
  if (spec['resources'] === undefined) return spec;
  let { limits, requests } = fieldsIn(spec['resources']) as { limits?: ResourceList; requests?: ResourceList };
  if (isEmpty(limits) && isEmpty(requests)) return spec;
  const containers = { ...spec, resources: undefined, overhead: undefined } as unknown as PodSpec;
  const sumOfLimits = formatResources(podLimits(containers));
  for (const [name, amount] of Object.entries(sumOfLimits)) {
    if (name.startsWith('hugepages-') && requests?.[name] === undefined) limits = { [name]: amount, ...limits };
  }
  if (!isEmpty(limits)) {
    const sumOfRequests = formatResources(podRequests(containers));
    for (const [name, amount] of Object.entries(sumOfRequests)) {
      if (isPodLevelResource(name) && isOvercommitAllowed(name)) requests = { [name]: amount, ...requests };
    }
    for (const [name, amount] of Object.entries(limits ?? {})) {
      if (isPodLevelResource(name)) requests = { [name]: amount, ...requests };
    }
  }
  const resources = withMissing(fieldsIn(spec['resources']), {});
  return {
    ...spec,
    resources: {
      ...resources,
      ...(limits === undefined ? {} : { limits }),
      ...(requests === undefined ? {} : { requests }),
    },
  };
}

function hostPortsFromContainerPorts(container: Fields): Fields {
  return mapList(container, 'ports', (port) =>
    isZero(port['hostPort'])
      ? { ...port, hostPort: (port as unknown as { containerPort: number }).containerPort }
      : port,
  );
}
