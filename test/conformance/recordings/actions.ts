import { enqueue } from '../../../src/cluster/api/controller-loop.js';
import { issue } from '../../../src/cluster/api/calls.js';
import { milliValue } from '../../../src/cluster/api/quantity.js';
import { readyConditions } from '../../../src/cluster/nodes/node-conditions.js';
import { parseCommand } from '../../../src/scenario/timeline.js';
import type { TimelineEntry } from '../../../src/scenario/types.js';
import { failKubelet, recoverKubelet, registerNode } from './fake-kubelet.js';
import type { NamesByTimeline } from './names.js';
import { nodeObject, type PlayWorld } from './play-world.js';
import { type Action, objectsOf, type Recording } from './recording.js';
import { inferredPatch } from './inferred-patch.js';
import type { Line } from './timeline.js';

/** A node whose kubelet says that it is not ready yet (recordings/README.md). */
const STARTING = {
  type: 'Ready',
  status: 'False',
  reason: 'KubeletNotReady',
  message: 'container runtime network not ready',
} as const;

/** Does what the recording's script did. Commands are typed by the operator, so they are read as any scenario's are. */
export function act(
  world: PlayWorld,
  recording: Recording,
  index: number,
  names: NamesByTimeline,
  played: readonly Line[],
  entries: TimelineEntry[],
): void {
  const action = recording.ran[index]!;
  const { now } = world.kernel;
  switch (action.do) {
    case 'kubectl':
      entries[index] = entryOf(recording, action, names, played, now);
      enqueue(world, world.experiment.operator, String(index));
      return;
    case 'kubelet-fail':
      failKubelet(world, action.arg);
      return;
    case 'kubelet-recover':
      recoverKubelet(world, action.arg, readyConditions(now));
      return;
    case 'node-add':
      addNode(world, recording, action.arg);
      return;
    case 'node-remove':
      failKubelet(world, action.arg);
      issue(world, world.kubelet.client, { verb: 'delete', kind: 'Node', namespace: '', name: action.arg });
      return;
    case 'http':
      world.stubMilliCpu = milliValue(new URL(action.arg).searchParams.get('total')!);
      return;
    default:
      throw new Error(`${recording.name}: nobody knows how to do "${action.do}"`);
  }
}

function addNode(world: PlayWorld, { timeline, nodes }: Recording, name: string): void {
  const real = timeline.find((line) => line.kind === 'Node' && line.name === name);
  const node = nodeObject(name, real?.labels, real?.['allocatable'] ?? { ...nodes, pods: '110' });
  const ready = readyConditions(world.kernel.now);
  const conditions = ready.map((condition) => (condition.type === 'Ready' ? { ...condition, ...STARTING } : condition));
  const starting = { ...node, status: { ...node.status, conditions } };
  registerNode(world, starting, ready);
}

function entryOf(
  recording: Recording,
  action: Action,
  names: NamesByTimeline,
  played: readonly Line[],
  atUs: number,
): TimelineEntry {
  const arg = names.inOurWords(action.arg, played);
  const text = `kubectl ${inferredPatch(recording, action) ?? arg} -n ${recording.namespace}`;
  const { value, fault } = parseCommand(text, (file) => objectsOf(recording, file));
  if (value === undefined) throw new Error(`${recording.name}: ${text}: ${fault.message}`);
  return { atUs, text, command: value, position: { file: recording.name, line: 1, column: 1 } as never };
}
