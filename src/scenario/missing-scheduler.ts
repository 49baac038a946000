import { DEFAULT_SCHEDULER_NAME } from '../cluster/api/scheduler-configuration.js';
import { meant, shown } from './diagnostics.js';
import { allObjects, madePods } from './pod-templates.js';
import { type Scope, warnAt } from './scope.js';
import type { Scenario } from './types.js';

/** Warns of pods that ask for a scheduler that is not there: nobody looks at them, and they stay Pending. */
export function noteMissingSchedulers(scope: Scope, { cluster, manifests, timeline }: Scenario): void {
  const { profiles = [] } = cluster.scheduler ?? {};
  const names = profiles.map(({ schedulerName = DEFAULT_SCHEDULER_NAME }) => schedulerName);
  const known = names.length === 0 ? [DEFAULT_SCHEDULER_NAME] : names;
  for (const { maker, origin, spec, path } of madePods(allObjects(manifests, timeline))) {
    const { schedulerName = '', nodeName = '' } = spec;
    const name = schedulerName === '' ? DEFAULT_SCHEDULER_NAME : schedulerName;
    if (known.includes(name) || nodeName !== '') continue;
    const pods = maker.kind === 'Pod' ? 'it stays' : 'its pods stay';
    const hint = meant(name, known) || `there is ${known.join(', ')}`;
    const what = `${maker.kind.toLowerCase()}/${maker.metadata.name}`;
    const message = `${what} asks for the scheduler ${shown(name)}, and none of that name exists: ${pods} Pending`;
    warnAt(scope, origin, 'reference', message, [...path, 'schedulerName'], hint);
  }
}
