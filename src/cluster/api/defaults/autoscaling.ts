import { type Fields, fieldsIn, withMissing } from '../fields.js';

/** Defaults of HorizontalPodAutoscalers. Source: kubernetes v1.36.3 pkg/apis/autoscaling/v2/defaults.go. */

const DEFAULT_METRICS: readonly Fields[] = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];

const SCALE_UP: Fields = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};

/** No window: the controller's own one, 5 minutes, applies. */
const SCALE_DOWN: Fields = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };

export function defaultAutoscaler(given: Fields): Fields {
  const spec = withMissing(given, { minReplicas: 1 });
  const metrics = Array.isArray(spec['metrics']) && spec['metrics'].length > 0 ? spec['metrics'] : DEFAULT_METRICS;
  if (spec['behavior'] === undefined) return { ...spec, metrics };
  const behavior = fieldsIn(spec['behavior']);
  const scaleUp = withMissing(fieldsIn(behavior['scaleUp']), SCALE_UP);
  const scaleDown = withMissing(fieldsIn(behavior['scaleDown']), SCALE_DOWN);
  return { ...spec, metrics, behavior: { ...behavior, scaleUp, scaleDown } };
}

/** An object of autoscaling/v1 as the one of autoscaling/v2 that means the same. */
export function autoscalerFromV1(object: Fields): Fields {
  const { targetCPUUtilizationPercentage: percent, ...rest } = fieldsIn(object['spec']);
  const target = { type: 'Utilization', averageUtilization: percent };
  const metrics = percent === undefined ? {} : { metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] };
  return { ...object, apiVersion: 'autoscaling/v2', spec: { ...rest, ...metrics } };
}
