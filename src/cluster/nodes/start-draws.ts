import { sample } from '../../kernel/distributions.js';
import { type Draw, drawsOnce } from '../../kernel/random.js';
import { SECOND_US, type Micros } from '../../kernel/time.js';
import { withFields } from '../../kernel/with-fields.js';
import type { NodeParameters } from './parameters.js';
import type { ContainerRole, RunTimes, StartTimes } from './pod-record.js';
import type { WorkloadBehaviour } from './workload.js';
import type { NodesWorld } from './world.js';

/** Generic relist: once a second (kubernetes v1.36.3 pkg/kubelet/kubelet.go: genericPlegRelistPeriod). */
const RELIST_PERIOD_US = SECOND_US;
/** Stretch of the pod worker's waits (pkg/kubelet/pod_workers.go: workerBackOffPeriodJitterFactor). */
const JITTER = 0.5;

export function drawStart(parameters: NodeParameters, draw: Draw): StartTimes {
  const firstSyncUs = whole(sample(parameters.firstSync, draw));
  const sandboxUs = sample(parameters.sandbox, draw);
  const hasTail = draw() < parameters.startTailChance;
  const tailUs = sample(parameters.startTail, draw);
  const relistUs = drawRelist(parameters, draw);
  const teardownUs = whole(sample(parameters.teardown, draw));
  return { firstSyncUs, sandboxUs, sandboxTailUs: hasTail ? tailUs : 0, relistUs, teardownUs, tickPhase: draw() };
}

/** From the end of a runtime action until the kubelet has seen its effect. Takes the same draws in both modes. */
function drawRelist(parameters: NodeParameters, draw: Draw): Micros {
  const phaseUs = draw() * RELIST_PERIOD_US;
  const onDemandUs = sample(parameters.relistOnDemand, draw);
  const classicUs = phaseUs + sample(parameters.relistClassic, draw);
  return whole(parameters.plegOnDemandRelist ? onDemandUs : classicUs);
}

export function drawRun(
  parameters: NodeParameters,
  behaviour: WorkloadBehaviour | undefined,
  role: ContainerRole,
  draw: Draw,
): RunTimes {
  const imageCheckUs = whole(sample(parameters.imageCheck, draw));
  const pullSetupUs = whole(sample(parameters.pullSetup, draw));
  const launchUs = sample(parameters.containerCreate, draw) + sample(parameters.containerStart, draw);
  // What happens by itself is found by the relist of all pods, whatever the mode.
  const detectUs = whole(draw() * RELIST_PERIOD_US + sample(parameters.relistClassic, draw));
  const jitter = 1 + JITTER * draw();
  const run = { imageCheckUs, pullSetupUs, launchUs, detectUs, jitter };
  if (role === 'init')
    return withFields(run, { listenUs: 0, exitUs: whole(sample(parameters.initContainerRun, draw)), exitCode: 0 });
  if (role === 'sidecar' || behaviour === undefined)
    return withFields(run, { listenUs: 0, exitUs: Number.POSITIVE_INFINITY, exitCode: 0 });
  const { start, failure } = behaviour;
  const startUs = whole(sample(start, draw));
  const { exitUs, exitCode } = drawEnd(behaviour, draw);
  const listenUs = failure?.kind === 'never-ready' ? Number.POSITIVE_INFINITY : startUs;
  return withFields(run, { listenUs, exitUs, exitCode });
}

/** How a run ends by itself: it fails first, if it does, or is through. */
function drawEnd({ run, failure }: WorkloadBehaviour, draw: Draw): Pick<RunTimes, 'exitUs' | 'exitCode'> {
  const runUs = run === null ? Number.POSITIVE_INFINITY : whole(sample(run, draw));
  if (failure?.kind !== 'exits') return { exitUs: runUs, exitCode: 0 };
  const { after, exitCode, probability } = failure;
  const failsUs = probability < 1 && draw() >= probability ? Number.POSITIVE_INFINITY : whole(sample(after, draw));
  return failsUs < runUs ? { exitUs: failsUs, exitCode } : { exitUs: runUs, exitCode: 0 };
}

/** The draws of a container's restart, named after the pod and the number of the run. */
export function redrawRun(
  world: NodesWorld,
  stream: string,
  behaviour: WorkloadBehaviour | undefined,
  container: { readonly role: ContainerRole; readonly name: string; readonly attempt: number },
): RunTimes {
  const draw = drawsOnce(world, `${stream}/${container.name}/${container.attempt}`);
  return drawRun(world.nodes.parameters, behaviour, container.role, draw);
}

function whole(us: number): Micros {
  return Math.round(us);
}
