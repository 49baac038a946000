import { budgetsOf } from '../../cluster/api/eviction.js';
import type { Pod } from '../../cluster/api/objects/pod.js';
import { stored } from '../../cluster/api/store.js';
import { UNFINISHED } from '../../results/actions.js';
import type { ExperimentWorld } from '../world.js';
import type { DrainState } from './drain.js';
import { finish } from './finish.js';

/** Writes the rows of the commands that the end of the run found under way, with what held them up. */
export function finishCommands(world: ExperimentWorld): void {
  for (const entry of world.experiment.underWay) {
    const drain = world.experiment.drains.get(entry);
    const why = drain === undefined ? ['no answer yet'] : [...drain.failures, tellDrain(world, drain)];
    finish(world, entry, `${UNFINISHED}${why.join('; ')}`);
  }
}

/** What a drain waits for: a pod that may not go, or one that has not gone yet. */
function tellDrain(world: ExperimentWorld, { nodes, pods }: DrainState): string {
  const left = [...pods];
  const [key, pod] = left.find(([, { refusal, stage }]) => refusal !== '' && stage !== 'wait') ?? left[0] ?? [];
  if (key === undefined || pod === undefined) return `node "${nodes[0] ?? ''}" is being drained`;
  const where = `${left.length === 1 ? '1 pod' : `${left.length} pods`} still on node "${nodes[0]!}"`;
  if (pod.stage === 'wait') return `${where}: waiting for pod "${pod.name}" to terminate`;
  const there = stored<Pod>(world, 'Pod', key);
  const closed =
    there === undefined ? [] : budgetsOf(world, there).filter(([, { status }]) => status.disruptionsAllowed === 0);
  const budgets = closed.map(([, { metadata }]) => `poddisruptionbudget/${metadata.name} allows 0 disruptions`);
  return [`${where}: evicting pod "${pod.name}": ${pod.refusal}`, ...budgets].join(' ').trimEnd();
}
