import { type Fields, mapField, mapList, withMissing } from '../fields.js';

/** Source: kubernetes v1.36.3 pkg/apis/resource/v1/defaults.go. */

/** The older version has the same fields. */
const STORED_VERSION = 'resource.k8s.io/v1';

export function defaultResourceObject(object: Fields): Fields {
  return { ...object, apiVersion: STORED_VERSION };
}

export function defaultResourceClaim(object: Fields): Fields {
  return mapField(defaultResourceObject(object), 'spec', defaultClaimSpec);
}

export function defaultClaimTemplate(object: Fields): Fields {
  return mapField(defaultResourceObject(object), 'spec', (template) => mapField(template, 'spec', defaultClaimSpec));
}

function defaultClaimSpec(spec: Fields): Fields {
  return mapField(spec, 'devices', (devices) =>
    mapList(devices, 'requests', (request) =>
      mapList(mapField(request, 'exactly', defaultWish), 'firstAvailable', defaultWish),
    ),
  );
}

function defaultWish(given: Fields): Fields {
  const wish = mapList(withMissing(given, { allocationMode: 'ExactCount' }), 'tolerations', (toleration) =>
    withMissing(toleration, { operator: 'Equal' }),
  );
  if (wish['allocationMode'] !== 'ExactCount') return wish;
  return withMissing(wish, { count: 1 });
}
