import { SYSTEM_PRIORITY_CLASSES } from '../cluster/api/admission/pod.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import { meant, shown } from './diagnostics.js';
import { allObjects, madePods } from './pod-templates.js';
import { type Scope, warnAt } from './scope.js';
import type { Scenario } from './types.js';

interface PriorityClass extends KubernetesObject {
  readonly value?: number;
  readonly globalDefault?: boolean;
}

/** Warns of what the Priority admission of the API server refuses: kubernetes v1.36.3 plugin/pkg/admission/priority/admission.go. */
export function notePriorities(scope: Scope, { manifests, timeline }: Scenario): void {
  const objects = allObjects(manifests, timeline);
  const classes = new Map([...SYSTEM_PRIORITY_CLASSES].map(([name, { value }]) => [name, value]));
  for (const { object } of objects) {
    if (object.kind === 'PriorityClass') classes.set(object.metadata.name, (object as PriorityClass).value ?? 0);
  }
  const byDefault = noteDefaults(scope, manifests);
  for (const { maker, origin, spec, path } of madePods(objects)) {
    const { priorityClassName: name = '', priority } = spec;
    const pods = maker.kind === 'Pod' ? 'it is' : 'its pods are';
    const what = `${maker.kind.toLowerCase()}/${maker.metadata.name}`;
    const value = name === '' ? byDefault : classes.get(name);
    if (value === undefined) {
      const message = `${what} asks for the PriorityClass ${shown(name)}, which nothing creates: ${pods} refused`;
      warnAt(scope, origin, 'reference', message, [...path, 'priorityClassName'], meant(name, [...classes.keys()]));
    } else if (priority !== undefined && priority !== value) {
      const message = `${what} gives the priority ${priority}, which is not that of its PriorityClass (${value}): ${pods} refused; name a PriorityClass instead`;
      warnAt(scope, origin, 'semantic', message, [...path, 'priority']);
    }
  }
}

/** Tells of every default class but the first, and gives the priority of pods that name none. */
function noteDefaults(scope: Scope, manifests: Scenario['manifests']): number {
  const isDefault = (object: PriorityClass): boolean =>
    object.kind === 'PriorityClass' && object.globalDefault === true;
  const [first, ...others] = manifests.filter(({ object }) => isDefault(object));
  for (const { object, origin } of others) {
    const message = `priorityclass/${object.metadata.name} is refused: ${first!.object.metadata.name} is the default already, and only one can be`;
    warnAt(scope, origin, 'semantic', message);
  }
  return (first?.object as PriorityClass | undefined)?.value ?? 0;
}
