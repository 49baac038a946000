import { sample } from '../../kernel/distributions.js';
import type { EventKind } from '../../kernel/events.js';
import { invariant } from '../../kernel/invariant.js';
import { draws } from '../../kernel/random.js';
import { schedule } from '../../kernel/simulation.js';
import { SECOND_US } from '../../kernel/time.js';
import { type ApiResult, issue, NOBODY, succeeded } from '../api/calls.js';
import { lister } from '../api/informers.js';
import type { Condition } from '../api/objects/meta.js';
import type { Pod } from '../api/objects/pod.js';
import { isTerminal, podCondition } from '../api/pod-predicates.js';
import { objectKey } from '../api/store.js';
import { noteBindingError } from './attempt-log.js';
import { removePod } from './cluster-pods.js';
import { claimWritten, beginDeviceWrites, forgetDevices, goOnWithDevices } from './device-binding-cycle.js';
import { recordPodEvent } from './event-series.js';
import { SchedulerEvent } from './events.js';
import type { Failure } from './fit-error.js';
import { denominate, nominate } from './preemption/nominations.js';
import { profileNamed } from './profile.js';
import { finishAttempt, moveOnPodDelete, requeueFailed } from './scheduling-queue.js';
import type { QueuedPod } from './queued-pod.js';
import { forgetVolumes, lookAtVolumes, volumeWritten, writeVolumes } from './volume-binding-cycle.js';
import type { Binding, Cycle, SchedulerWorld } from './world.js';

/** The binding cycle: runs beside the scheduling of other pods. */
export function startBinding(world: SchedulerWorld, { queued, nodeName, volumes, devices }: Cycle): void {
  const { scheduler, kernel } = world;
  const number = scheduler.freeBindings.pop() ?? scheduler.bindings.length;
  const { args } = profileNamed(scheduler.cluster.profiles, queued.pod.spec.schedulerName)!;
  const deadline = kernel.now + args.bindTimeoutSeconds * SECOND_US;
  scheduler.bindings[number] = {
    queued,
    nodeName,
    volumes,
    devices: devices === undefined ? undefined : beginDeviceWrites(devices),
    isInPreBind: false,
    written: 0,
    versions: [],
    deadline,
  };
  const delayUs = sample(scheduler.parameters.handOver, draws(world, scheduler.streams.handOver));
  schedule(world, delayUs, SchedulerEvent.BindingReady, number, 0);
}

/** PreBind: the pod's claims come first. */
export function prepareBinding(world: SchedulerWorld, number: number): void {
  const binding = bindingOf(world, number);
  if (binding.volumes === undefined && binding.devices === undefined) {
    sendBinding(world, number);
    return;
  }
  binding.isInPreBind = true;
  // A pod that names the node already is not patched (schedule_one.go: updatePod).
  if (binding.queued.pod.status.nominatedNodeName === binding.nodeName) binding.written = 1;
  bindVolumes(world, number, binding);
}

/** The nomination, and volumes; then devices (the real plugins may work side by side). */
function bindVolumes(world: SchedulerWorld, number: number, binding: Binding): void {
  if (!writeVolumes(world, number, binding)) bindDevices(world, number, binding);
}

function bindDevices(world: SchedulerWorld, number: number, binding: Binding): void {
  if (!goOnWithDevices(world, number, binding)) sendBinding(world, number);
}

export function continueDevices(world: SchedulerWorld, number: number, result: ApiResult): void {
  if (wasCancelled(world, number)) return;
  const binding = bindingOf(world, number);
  const error = claimWritten(world, binding, result);
  if (error === '') bindDevices(world, number, binding);
  else rejectBinding(world, number, `running PreBind plugin "DynamicResources": ${error}`);
}

export function continueVolumes(world: SchedulerWorld, number: number, result: ApiResult): void {
  if (wasCancelled(world, number)) return;
  const binding = bindingOf(world, number);
  const error = volumeWritten(binding, result);
  if (error === '') bindVolumes(world, number, binding);
  else rejectBinding(world, number, `running PreBind plugin "VolumeBinding": ${error}`);
}

export function pollVolumes(world: SchedulerWorld, number: number): void {
  if (wasCancelled(world, number)) return;
  const binding = bindingOf(world, number);
  const seen = lookAtVolumes(world, number, binding);
  if (seen === 'bound') bindDevices(world, number, binding);
  else if (seen !== 'waits') rejectBinding(world, number, `running PreBind plugin "VolumeBinding": ${seen.message}`);
}

/** DefaultBinder: one POST of pods/binding. */
function sendBinding(world: SchedulerWorld, number: number): void {
  const { scheduler } = world;
  const binding = bindingOf(world, number);
  binding.isInPreBind = false;
  const { queued, nodeName } = binding;
  const { namespace, name, uid } = queued.pod.metadata;
  const request = { verb: 'bind', kind: 'Pod', namespace, name, uid, body: nodeName } as const;
  issue(world, scheduler.client, request, SchedulerEvent.BindingDone, number);
}

export function finishBinding(world: SchedulerWorld, number: number, result: ApiResult): void {
  if (!succeeded(result)) {
    rejectBinding(world, number, `binding rejected: running Bind plugin "DefaultBinder": ${result.message}`);
    return;
  }
  const { queued, nodeName } = endBinding(world, number);
  const { namespace, name, uid } = queued.pod.metadata;
  world.scheduler.queue.pods.delete(uid);
  const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
  recordPodEvent(world, queued.pod, 'Normal', 'Scheduled', message);
}

function rejectBinding(world: SchedulerWorld, number: number, error: string): void {
  takeBack(world, endBinding(world, number), error);
}

/** Takes back what was assumed; the pod waits for another attempt. */
function takeBack(world: SchedulerWorld, binding: Binding, error: string): void {
  const { queued, nodeName, volumes, devices } = binding;
  const { scheduler } = world;
  const { pod } = queued;
  const { uid } = pod.metadata;
  if (volumes !== undefined) forgetVolumes(world, volumes);
  if (devices !== undefined) forgetDevices(world, binding);
  if (scheduler.assumed.delete(uid)) {
    removePod(scheduler.cluster, uid);
    moveOnPodDelete(scheduler.cluster, scheduler.queue, pod, world.kernel.now);
  }
  failAttempt(world, queued, { message: error, plugins: [], nomination: '' }, 'SchedulerError', NOBODY);
  const { explained } = scheduler;
  if (explained !== undefined) noteBindingError(explained, queued, nodeName, error, world.kernel.now);
}

/**
 * Preemption takes the node from a pod whose claims are being bound; says whether there is such a one. What was asked of the API server
 * goes on, and whoever waits for it finds the binding gone.
 */
export function cancelBinding(world: SchedulerWorld, uid: string): boolean {
  const { bindings } = world.scheduler;
  const number = bindings.findIndex(
    (binding) => binding?.isInPreBind === true && binding.queued.pod.metadata.uid === uid,
  );
  if (number < 0) return false;
  const binding = bindingOf(world, number);
  bindings[number] = undefined; // its number is free only once the awaited answer has come
  const what = binding.volumes === undefined ? 'DynamicResources": ' : 'VolumeBinding": binding volumes: ';
  takeBack(world, binding, `running PreBind plugin "${what}context canceled`);
  return true;
}

/** Did the answer belong to a binding that was called off? Then its number is free from now on. */
function wasCancelled(world: SchedulerWorld, number: number): boolean {
  if (world.scheduler.bindings[number] !== undefined) return false;
  world.scheduler.freeBindings.push(number);
  return true;
}

/**
 * schedule_one.go: handleSchedulingFailure. Requeues the pod if it still waits for a node, keeps the room that a preemption makes for it,
 * tells of the failure, and writes condition and nomination if they say something new; gives true if that request is under way.
 */
export function failAttempt(
  world: SchedulerWorld,
  queued: QueuedPod,
  { message, plugins, nomination }: Pick<Failure, 'message' | 'plugins' | 'nomination'>,
  reason: 'Unschedulable' | 'SchedulerError',
  patched: EventKind,
): boolean {
  const { scheduler, kernel } = world;
  const { pod } = queued; // as it was when it was tried
  const known = lister<Pod>(world, scheduler.pods).get(objectKey(pod));
  const { uid } = pod.metadata;
  // To the real lister a pod that has ended is gone.
  if (known?.metadata.uid === uid && known.spec.nodeName === undefined && !isTerminal(known)) {
    queued.pod = known;
    requeueFailed(scheduler.cluster, scheduler.queue, queued, plugins, kernel.now);
    nominate(scheduler.cluster, known, nomination ?? known.status.nominatedNodeName ?? '');
  } else {
    if (scheduler.queue.inFlight === queued) finishAttempt(scheduler.queue);
    denominate(scheduler.cluster, uid);
  }
  recordPodEvent(world, pod, 'Warning', 'FailedScheduling', truncated(message));
  return writeFailure(world, pod, reason, message, nomination, patched);
}

/** The scheduling loop waits for the answer after its own attempt; a failed binding's patch holds nobody up (`patched`: NOBODY). */
function writeFailure(
  world: SchedulerWorld,
  pod: Pod,
  reason: 'Unschedulable' | 'SchedulerError',
  message: string,
  nomination: string | undefined,
  patched: EventKind,
): boolean {
  const condition = changedCondition(world, pod, reason, message);
  const nominated = nomination === (pod.status.nominatedNodeName ?? '') ? undefined : nomination;
  if (condition === undefined && nominated === undefined) return false;
  const status = {
    ...(condition === undefined ? {} : { conditions: [condition] }),
    ...(nominated === undefined ? {} : { nominatedNodeName: nominated === '' ? null : nominated }),
  };
  const { namespace, name } = pod.metadata;
  const request = { verb: 'patch', kind: 'Pod', namespace, name, subresource: 'status', body: { status } } as const;
  issue(world, world.scheduler.client, request, patched);
  return patched !== NOBODY;
}

/** Undefined if the pod's condition says so already. */
function changedCondition(world: SchedulerWorld, pod: Pod, reason: string, message: string): Condition | undefined {
  const before = podCondition(pod, 'PodScheduled');
  if (before?.status === 'False' && before.reason === reason && before.message === message) return undefined;
  const since = before?.status === 'False' ? before.lastTransitionTime : undefined;
  return { type: 'PodScheduled', status: 'False', lastTransitionTime: since ?? world.kernel.now, reason, message };
}

const MAXIMUM_MESSAGE_BYTES = 1_024;
const ELLIPSIS = ' ...';

/** schedule_one.go: truncateMessage. */
function truncated(message: string): string {
  if (message.length <= MAXIMUM_MESSAGE_BYTES) return message;
  return message.slice(0, MAXIMUM_MESSAGE_BYTES - ELLIPSIS.length) + ELLIPSIS;
}

function endBinding(world: SchedulerWorld, number: number): Binding {
  const binding = bindingOf(world, number);
  world.scheduler.bindings[number] = undefined;
  world.scheduler.freeBindings.push(number);
  return binding;
}

function bindingOf(world: SchedulerWorld, number: number): Binding {
  const binding = world.scheduler.bindings[number];
  invariant(binding !== undefined, `binding ${number} is not under way`);
  return binding;
}
