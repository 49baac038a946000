import { type Listeners, PROBE_COMPONENT } from '../../cluster/api/informers.js';
import type { Pod } from '../../cluster/api/objects/pod.js';
import { podCondition } from '../../cluster/api/pod-predicates.js';
import { collection } from '../../cluster/api/store.js';
import { claimsLackedBy } from '../../cluster/scheduler/gates.js';
import type { SchedulerWorld } from '../../cluster/scheduler/world.js';
import { appendRow } from '../../kernel/probe.js';
import { microsToSeconds } from '../../kernel/time.js';
import type { ExperimentWorld } from '../world.js';

type WaitsWorld = ExperimentWorld & SchedulerWorld;

/** Follows what the condition PodScheduled of pods without a node says. */
export function measureWaits<W extends WaitsWorld>(listeners: Listeners<W>): void {
  listeners.on<Pod>(PROBE_COMPONENT, 'Pod', (world, { type, object, before }) => {
    if (type === 'deleted') noteHeld(world, object);
    const said = schedulersWord(object);
    if (said !== '' && (before === undefined || schedulersWord(before) !== said)) record(world, object, said, false);
  });
}

/** Tells of the pods that are there at the end of the run and are kept out of the scheduler's queue. */
export function finishWaits(world: WaitsWorld): void {
  for (const pod of collection<Pod>(world, 'Pod').values()) noteHeld(world, pod);
}

/** Of a pod with gates it is not the scheduler that speaks. */
function schedulersWord(pod: Pod): string {
  const condition = podCondition(pod, 'PodScheduled');
  return condition?.status === 'False' && condition.reason !== 'SchedulingGated' ? (condition.message ?? '') : '';
}

/** The scheduler writes no condition of a pod that it never tried. */
function noteHeld(world: WaitsWorld, pod: Pod): void {
  if ((pod.spec.nodeName ?? '') !== '' || podCondition(pod, 'PodScheduled') !== undefined) return;
  const lacks = claimsLackedBy(world.scheduler.cluster, pod);
  if (lacks !== undefined) record(world, pod, `DynamicResources kept it out of the queue: ${lacks}`, true);
}

function record(
  world: WaitsWorld,
  { metadata: { namespace, name, uid } }: Pod,
  message: string,
  isHeld: boolean,
): void {
  const now = microsToSeconds(world.kernel.now);
  appendRow(world.experiment.waits, [now, namespace, name, uid, message, isHeld]);
}
