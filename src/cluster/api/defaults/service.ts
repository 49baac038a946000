import { type Fields, fieldsIn, isZero, mapList, withMissing, withZeros } from '../fields.js';

/** Defaults of Services. Source: kubernetes v1.36.3 pkg/apis/core/v1/defaults.go: SetDefaults_Service. */

/** Source: api core/v1: DefaultClientIPServiceAffinitySeconds. */
const CLIENT_IP_AFFINITY_SECONDS = 10800;

export function defaultService(given: Fields): Fields {
  let spec = withZeros(given, { type: 'ClusterIP', sessionAffinity: 'None' });
  spec = defaultAffinity(spec);
  spec = mapList(spec, 'ports', (port) => {
    const filled = withZeros(port, { protocol: 'TCP' });
    return isZero(port['targetPort']) ? { ...filled, targetPort: port['port'] ?? 0 } : filled;
  });
  if (!isZero(spec['clusterIP'])) spec = withMissing(spec, { clusterIPs: [spec['clusterIP']] });
  const type = spec['type'];
  const hasExternalIps = Array.isArray(spec['externalIPs']) && spec['externalIPs'].length > 0;
  if (type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && hasExternalIps)) {
    spec = withZeros(spec, { externalTrafficPolicy: 'Cluster' });
  }
  if (type === 'NodePort' || type === 'LoadBalancer' || type === 'ClusterIP') {
    spec = withMissing(spec, { internalTrafficPolicy: 'Cluster' });
    spec = withFamilies(spec);
  }
  return type === 'LoadBalancer' ? withMissing(spec, { allocateLoadBalancerNodePorts: true }) : spec;
}

function defaultAffinity(spec: Fields): Fields {
  if (spec['sessionAffinity'] === 'None') {
    const { sessionAffinityConfig: _unused, ...rest } = spec;
    return rest;
  }
  const clientIp = fieldsIn(fieldsIn(spec['sessionAffinityConfig'])['clientIP']);
  if (spec['sessionAffinity'] !== 'ClientIP' || clientIp['timeoutSeconds'] !== undefined) return spec;
  return { ...spec, sessionAffinityConfig: { clientIP: { timeoutSeconds: CLIENT_IP_AFFINITY_SECONDS } } };
}

/**
 * The cluster has IPv4 addresses only. Source: pkg/registry/core/service/storage/alloc.go: initIPFamilyFields; a headless
 * Service without selector may be of both families.
 */
function withFamilies(spec: Fields): Fields {
  const isHeadless = spec['clusterIP'] === 'None' && Object.keys(fieldsIn(spec['selector'])).length === 0;
  if (isHeadless) {
    return withMissing(spec, { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' });
  }
  const policy = spec['ipFamilyPolicy'] ?? 'SingleStack';
  return withMissing(spec, { ipFamilies: ['IPv4'], ipFamilyPolicy: policy });
}
