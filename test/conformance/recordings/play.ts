import { Controllers } from '../../../src/cluster/api/controller-loop.js';
import { registerApi } from '../../../src/cluster/api/create-api.js';
import { type Change, Listeners, PROBE_COMPONENT } from '../../../src/cluster/api/informers.js';
import type { Pod } from '../../../src/cluster/api/objects/pod.js';
import { matchesSelector } from '../../../src/cluster/api/selectors.js';
import { collection } from '../../../src/cluster/api/store.js';
import { EVENT_TABLE } from '../../../src/cluster/api/tables.js';
import type { PodMetricsSource } from '../../../src/cluster/controllers/horizontal-pod-autoscaler/metrics.js';
import { registerScheduler } from '../../../src/cluster/scheduler/scheduler.js';
import { registerControllerRooms } from '../../../src/experiment/controllers.js';
import { operator } from '../../../src/experiment/operator/controller.js';
import { drainer } from '../../../src/experiment/operator/drain.js';
import { constant } from '../../../src/kernel/distributions.js';
import { defineEvents, Handlers } from '../../../src/kernel/events.js';
import { runUntil, scheduleAt } from '../../../src/kernel/simulation.js';
import { MILLISECOND_US, SECOND_US, type Micros } from '../../../src/kernel/time.js';
import type { TimelineEntry } from '../../../src/scenario/types.js';
import { act } from './actions.js';
import { registerFakeKubelet } from './fake-kubelet.js';
import { NamesByTimeline } from './names.js';
import { createWorld, limitsOf, type PlayWorld, RECORDED_KINDS, recordingMs, startOf } from './play-world.js';
import type { Recording } from './recording.js';
import { shortForm } from './short-form.js';
import type { Line, Timeline } from './timeline.js';

/** From the start of kubectl to its first request, on the recordings' machine: 40 to 60 ms (recordings/README.md). */
const KUBECTL_START_US = 45 * MILLISECOND_US;
/** Window of the stub of the metrics server. */
const STUB_WINDOW_US = 15 * SECOND_US;

const PlayEvent = defineEvents('recording', 1700, ['ActionDue']);

/**
 * Plays a recording's script on our control plane; gives the timeline that its recorder would have written. `run` names chance: 1, 2, ...
 * are runs that there might have been.
 */
export function play(recording: Recording, run = 1): Timeline {
  const handlers = new Handlers<PlayWorld>();
  const listeners = new Listeners<PlayWorld>();
  const controllers = new Controllers<PlayWorld>();
  const operatorId = controllers.add({ ...operator<PlayWorld>(), reaction: constant(KUBECTL_START_US) });
  const drainerId = controllers.add(drainer<PlayWorld>());
  registerControllerRooms(controllers, listeners, { podCpu: stubbedCpu });
  limit(controllers, limitsOf(recording, 'controller-manager'));
  registerApi(handlers, listeners, controllers);
  registerScheduler(handlers, listeners);
  registerFakeKubelet(handlers, listeners);
  const lines: Line[] = [];
  const start = startOf(recording);
  for (const kind of RECORDED_KINDS) {
    listeners.on(PROBE_COMPONENT, kind, (world, change) => {
      if (isRecorded(recording, change)) lines.push(lineOf(recordingMs(world, start), change));
    });
  }
  const names = new NamesByTimeline(recording.timeline);
  const entries: TimelineEntry[] = [];
  handlers.on(PlayEvent.ActionDue, (world, index) => act(world, recording, index, names, lines, entries));
  const world = createWorld(recording, controllers, { operator: operatorId, drainer: drainerId }, entries, run);
  for (const [index, { t }] of recording.ran.entries()) {
    scheduleAt(world, start + Math.round(t * MILLISECOND_US), PlayEvent.ActionDue, index, 0);
  }
  runUntil(world, handlers, start + Math.round(recording.lengthMs * MILLISECOND_US));
  const actions: Line[] = recording.ran.map(({ t, do: verb, arg }) => ({ t, kind: 'Action', do: verb, arg }));
  return byTime([...lines, ...actions, ...eventLines(world, recording, start)]);
}

function byTime(lines: readonly Line[]): Line[] {
  const numbered = lines.map((line, index) => ({ line, index }));
  return numbered.sort((a, b) => a.line.t - b.line.t || a.index - b.index).map(({ line }) => line);
}

/** Gives the controllers of the manager other client limits than its defaults. */
function limit(controllers: Controllers<PlayWorld>, limits: { qps: number; burst: number } | undefined): void {
  if (limits === undefined) return;
  for (const [index, controller] of controllers.list.entries()) {
    if (controller.limits === undefined) controllers.list[index] = { ...controller, limits };
  }
}

/** The recorder left out other namespaces. */
function isRecorded({ namespace }: Recording, { object }: Change): boolean {
  if (object.kind === 'Namespace') return object.metadata.name === namespace;
  return object.metadata.namespace === '' || object.metadata.namespace === namespace;
}

function lineOf(t: number, { type, object }: Change): Line {
  const ev = t < 0 ? 'INITIAL' : EV[type];
  return { t, ev, ...shortForm(object) } as Line;
}

const EV = { added: 'ADDED', modified: 'MODIFIED', deleted: 'DELETED' } as const;

function eventLines({ kernel }: PlayWorld, { namespace }: Recording, start: Micros): Line[] {
  const table = kernel.probe.tables.get(EVENT_TABLE.name)!;
  const place = Object.fromEntries(EVENT_TABLE.columns.map(({ name }, index) => [name, index]));
  const cell = (name: string, row: number): string => String(table.columns[place[name]!]![row]);
  const rows = Array.from({ length: table.rows }, (_, row) => row);
  return rows
    .filter((row) => ['', namespace].includes(cell('namespace', row)))
    .map((row) => ({
      t: (Number(cell('stored_s', row)) * SECOND_US - start) / MILLISECOND_US,
      ev: 'ADDED' as const,
      kind: 'Event',
      reason: cell('reason', row),
      message: cell('message', row),
      regarding: `${cell('kind', row)}/${cell('name', row)}`,
      source: cell('source', row),
      type: cell('type', row),
    }))
    .filter(({ t }) => t >= 0);
}

/** As the stub of metrics.k8s.io in the recordings: the load is shared by the running pods, measured now. */
const stubbedCpu: PodMetricsSource<PlayWorld>['podCpu'] = (world, namespace, selector) => {
  const pods = [...collection<Pod>(world, 'Pod').values()].filter(
    ({ metadata, status }) =>
      metadata.namespace === namespace && status.phase === 'Running' && matchesSelector(selector, metadata.labels),
  );
  const milli = pods.length === 0 ? 0 : Math.floor(world.stubMilliCpu / pods.length);
  const sample = { milli, timestampUs: world.kernel.now, windowUs: STUB_WINDOW_US };
  return new Map(pods.map(({ metadata }) => [metadata.name, sample]));
};
