import { matchesRequirements, parseSelector } from '../cluster/api/selectors.js';
import type { StringMap } from '../cluster/api/objects/meta.js';
import { nearest, shown, suggestion } from './diagnostics.js';
import type { FieldPath } from './field-path.js';
import { allObjects, changesPodLabels, madePods } from './pod-templates.js';
import { fail, failAtKey, type Scope } from './scope.js';
import { lineText } from './text.js';
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
  checkTargets(scope, scenario);
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
    if (!selector.ok || workload.selector === '' || labels.some((own) => matchesRequirements(selector.selector, own)))
      continue;
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

/** Kinds of which nothing but manifests and commands makes objects: a name that is not there is a mistake. */
const NAMED_KINDS: readonly string[] = ['Deployment', 'Service', 'HorizontalPodAutoscaler', 'StatefulSet', 'DaemonSet'];

function checkTargets(scope: Scope, scenario: Scenario): void {
  const objects = allObjects(scenario.manifests, scenario.timeline).map(({ object }) => object);
  const exposed = scenario.timeline.flatMap(({ command }) =>
    command.do === 'expose' || command.do === 'autoscale' ? [command.name] : [],
  );
  for (const entry of scenario.timeline) {
    const { command } = entry;
    if (!('target' in command) || command.target.by !== 'name') continue;
    for (const { kind, namespace, name } of command.target.references) {
      const isThere = objects.some(
        (object) => object.kind === kind && object.metadata.name === name && object.metadata.namespace === namespace,
      );
      if (isThere || !NAMED_KINDS.includes(kind) || exposed.includes(name)) continue;
      const known = objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata);
      const elsewhere = known.find((metadata) => metadata.name === name)?.namespace;
      scope.report.diagnostics.push({
        code: 'reference',
        severity: 'error',
        path: entry.position.file,
        line: entry.position.line,
        ...placeIn(scope, entry, name),
        field: 'timeline',
        message: `there is no ${kind} ${shown(name)} in namespace ${namespace}`,
        hint:
          elsewhere === undefined
            ? suggestion(
                name,
                known.map((metadata) => metadata.name),
              )
            : `there is one in namespace ${elsewhere}: write -n ${elsewhere}`,
      });
    }
  }
}

/** Where a command has a word; the whole command if its line has it not. */
function placeIn(
  { document }: Scope,
  { text, position: { line, column } }: TimelineEntry,
  word: string,
): { readonly column: number; readonly length: number } {
  const at = lineText(document.source, line).indexOf(word, column - 1);
  return at < 0 ? { column, length: text.length } : { column: at + 1, length: word.length };
}
