import { matchesRequirements, parseSelector } from '../cluster/api/selectors.js';
import type { StringMap } from '../cluster/api/objects/meta.js';
import { nearest, shown, suggestion } from './diagnostics.js';
import type { FieldPath } from './field-path.js';
import { allObjects, changesPodLabels, GIVEN_LABELS, madePods } from './pod-templates.js';
import { fail, failAtKey, type Scope } from './scope.js';
import type { CallStep, ManifestObject, Scenario, TimelineEntry, Workload } from './types.js';

export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/** Services that are there at some time, also those that `kubectl expose` makes. */
export function serviceNames(manifests: readonly ManifestObject[], timeline: readonly TimelineEntry[]): ServiceName[] {
  const services = allObjects(manifests, timeline).filter(({ object }) => object.kind === 'Service');
  const exposed = timeline.flatMap(({ command }) => {
    if (command.do !== 'expose') return [];
    const { target, name } = command;
    const [first] = target.by === 'name' ? target.references : target.kinds;
    return [{ namespace: first!.namespace, name }];
  });
  return [
    ...services.map(({ object: { metadata } }) => ({ namespace: metadata.namespace, name: metadata.name })),
    ...exposed,
  ];
}

/** Checks that what is named is there: a request to nobody would look like an outage of the cluster. */
export function checkReferences(scope: Scope, scenario: Scenario, services: readonly ServiceName[]): void {
  const requests = new Set(scenario.workloads.flatMap((workload) => Object.keys(workload.requests)));
  const checkRequest = (path: FieldPath, request: string): void => {
    if (requests.has(request)) return;
    fail(scope, path, 'reference', `no workload has a request ${shown(request)}`, suggestion(request, [...requests]));
  };
  for (const source of scenario.traffic) {
    const path = ['traffic', source.name];
    if (source.to.kind !== 'node-port') checkService(scope, [...path, 'to'], source.to, services);
    checkRequest([...path, 'request'], source.request);
  }
  for (const workload of scenario.workloads) {
    for (const [request, behaviour] of Object.entries(workload.requests)) {
      const path = ['workloads', workload.name, 'requests', request, 'calls'];
      checkSteps(scope, path, behaviour.calls, services, checkRequest);
    }
  }
  checkSelectors(scope, scenario);
}

function checkService(
  scope: Scope,
  path: FieldPath,
  to: { readonly namespace: string; readonly service: string },
  services: readonly ServiceName[],
): void {
  if (services.some(({ namespace, name }) => namespace === to.namespace && name === to.service)) return;
  const elsewhere = services.find(({ name }) => name === to.service);
  const hint =
    elsewhere === undefined
      ? suggestion(
          to.service,
          services.map(({ name }) => name),
        )
      : `did you mean "${elsewhere.name}.${elsewhere.namespace}"?`;
  fail(scope, path, 'reference', `there is no Service ${shown(to.service)} in namespace ${to.namespace}`, hint);
}

function checkSteps(
  scope: Scope,
  path: FieldPath,
  steps: readonly CallStep[],
  services: readonly ServiceName[],
  checkRequest: (path: FieldPath, request: string) => void,
): void {
  for (const [index, step] of steps.entries()) {
    const at = [...path, index];
    if (step.kind === 'all') checkSteps(scope, [...at, 'all'], step.steps, services, checkRequest);
    else if (step.kind === 'sequence') checkSteps(scope, at, step.steps, services, checkRequest);
    else {
      checkService(scope, [...at, 'call'], step, services);
      checkRequest([...at, 'request'], step.request);
    }
  }
}

/** A workload that no pod has is a mistake in a name more often than not. */
function checkSelectors(scope: Scope, scenario: Scenario): void {
  if (scenario.timeline.some(({ command }) => changesPodLabels(command))) return;
  const labels = madePods(allObjects(scenario.manifests, scenario.timeline)).map((pods) => pods.labels);
  for (const workload of scenario.workloads) {
    const selector = parseSelector(workload.selector);
    if (!selector.ok || workload.selector === '') continue;
    // Of labels that others give their value is unknown, unless a Job is named.
    const told = selector.selector.filter(({ key }) => !GIVEN_LABELS.test(key) || labels.some((own) => key in own));
    if (labels.some((own) => matchesRequirements(told, own))) continue;
    const message = `workload ${shown(workload.name)} matches no pod: none is labelled ${workload.selector}`;
    failAtKey(scope, ['workloads', workload.name], 'reference', message, selectHint(workload, labels));
  }
}

/** Labels shown where none comes near: enough to see how pods are labelled here. */
const SHOWN_LABELS = 5;

/** How to reach the pods that were meant: by another name, or by `select:`. */
function selectHint({ name, selector }: Workload, labels: readonly StringMap[]): string {
  if (labels.length === 0) return 'the scenario has no pods: name their manifests under manifests:';
  const pairs = [...new Set(labels.flatMap((own) => Object.entries(own).map(([key, value]) => `${key}=${value}`)))];
  const wanted = selector === `app=${name}` ? name : selector;
  const valueOf = (pair: string): string => (wanted === name ? pair.slice(pair.indexOf('=') + 1) : pair);
  const near = nearest(wanted, pairs.map(valueOf));
  const meant = pairs.find((pair) => valueOf(pair) === near);
  if (meant !== undefined) return `nearest label: ${meant}; write select: "${meant}"`;
  if (pairs.length === 0) return 'no pod has labels';
  const more = pairs.length > SHOWN_LABELS ? ', …' : '';
  return `choose pods with select: "KEY=VALUE"; their labels: ${pairs.slice(0, SHOWN_LABELS).join(', ')}${more}`;
}
