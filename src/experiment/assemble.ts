import { Controllers, enqueue, openControllers } from '../cluster/api/controller-loop.js';
import { createApi, registerApi } from '../cluster/api/create-api.js';
import { Listeners, openInformer, PROBE_COMPONENT } from '../cluster/api/informers.js';
import { createKcm } from '../cluster/api/kcm.js';
import { insertStorageNodes } from '../cluster/controllers/storage-driver/storage-nodes.js';
import { createNodes, registerNodes } from '../cluster/nodes/create-nodes.js';
import { podCpu } from '../cluster/nodes/metrics-server.js';
import { type NodesWorld, WorkloadListeners } from '../cluster/nodes/workload.js';
import { NODE_TABLE, PHASE_TABLE, POD_TABLE } from '../cluster/nodes/tables.js';
import { createAttemptLog } from '../cluster/scheduler/attempt-log.js';
import { createScheduler, registerScheduler, type SchedulerWorld } from '../cluster/scheduler/scheduler.js';
import { Handlers } from '../kernel/events.js';
import { createTable, openTable } from '../kernel/probe.js';
import { createKernel, scheduleAt } from '../kernel/simulation.js';
import { createNetwork, registerNetwork } from '../network/create-network.js';
import type { NetworkWorld } from '../network/world.js';
import type { Scenario } from '../scenario/types.js';
import {
  createTraffic,
  finishTraffic,
  registerTraffic,
  startTraffic,
  trafficUsage,
} from '../traffic/create-traffic.js';
import type { TrafficWorld } from '../traffic/world.js';
import { type ControllersWorld, createControllerStates, registerControllerRooms } from './controllers.js';
import { ExperimentEvent } from './events.js';
import { armMonitors, createMonitors, registerMonitors } from './expect/monitors.js';
import { registerFaults, strike } from './faults.js';
import { recordApiUsage, recordCosts } from './measure/costs.js';
import { finishExplained, measureExplained } from './measure/explained.js';
import { createNodeIntervals, finishNodes, measureNodes } from './measure/nodes.js';
import { createPodLedger, finishPods, measurePods } from './measure/pods.js';
import { finishWaits, measureWaits } from './measure/waits.js';
import { createRecoveries, finishRecoveries, measureRecoveries } from './measure/recoveries.js';
import { measureReplicas } from './measure/replicas.js';
import { createRollouts, finishRollouts, measureRollouts } from './measure/rollouts.js';
import { WORKLOAD_KINDS } from './measure/workloads.js';
import { operator } from './operator/controller.js';
import { finishCommands } from './operator/unfinished.js';
import { drainer } from './operator/drain.js';
import { clusterParameters } from './parameters.js';
import { lookInside } from './pod-inside.js';
import { insertNamespaces, insertPriorityClasses, isThereAlready, setup } from './setup.js';
import { ACTION_TABLE, COST_TABLE, RECOVERY_TABLE, ROLLOUT_TABLE, WAIT_TABLE } from './tables.js';
import { behavioursOf, trafficInputOf } from './workloads.js';
import type { ExperimentWorld } from './world.js';

/** The whole world of a run. */
export type World = ExperimentWorld & ControllersWorld & SchedulerWorld & NodesWorld & NetworkWorld & TrafficWorld;

/** A world and the code that plays it. */
export interface Assembly {
  readonly scenario: Scenario;
  readonly world: World;
  readonly handlers: Handlers<World>;
}

/** What a run is asked for beside the scenario; nothing here changes what happens in it. */
export interface PlayOptions {
  /** Pods and controllers whose scheduling is to be explained (measure/explained.ts); empty: all pods. */
  readonly explain?: readonly string[] | undefined;
  /** The scheduler decides by the plain cycle, which remembers nothing: slower, and the same (cluster/scheduler/reference-cycle.ts). */
  readonly referenceScheduler?: boolean | undefined;
}

/** Builds the world of a scenario at time 0: the only place that knows all parts. */
export function assemble(scenario: Scenario, options: PlayOptions = {}): Assembly {
  const world = createWorld(scenario, options.referenceScheduler === true);
  if (options.explain !== undefined) world.scheduler.explained = createAttemptLog(options.explain);
  return { scenario, world, handlers: CODE.handlers };
}

/** Writes the rows that the end of a run completes. */
export function finish({ world, scenario }: Assembly): void {
  finishTraffic(world);
  finishNodes<World>(world, trafficUsage);
  finishPods(world, lookInside);
  finishWaits(world);
  finishExplained(world);
  finishCommands(world);
  finishRollouts(world);
  finishRecoveries(world);
  recordCosts(world, scenario.cluster.pools);
  recordApiUsage(world);
}

interface Code {
  readonly handlers: Handlers<World>;
  readonly controllers: Controllers<World>;
  readonly setup: number;
  readonly operator: number;
  readonly drainer: number;
}

/** Puts the behaviour together. The order is part of a run's identity: it numbers controllers and orders listeners. */
function assembleCode(): Code {
  const handlers = new Handlers<World>();
  const listeners = new Listeners<World>();
  const controllers = new Controllers<World>();
  const workloads = new WorkloadListeners<World>();
  const setupId = controllers.add(setup());
  const operatorId = controllers.add(operator());
  const drainerId = controllers.add(drainer());
  registerControllerRooms<World>(controllers, listeners, { podCpu });
  registerApi(handlers, listeners, controllers);
  registerScheduler(handlers, listeners);
  registerNetwork(listeners, workloads);
  registerTraffic<World>(handlers, workloads);
  registerNodes<World>(handlers, listeners, workloads, trafficUsage);
  registerFaults(handlers);
  registerMeasurements(handlers, listeners);
  handlers.on(ExperimentEvent.TimelineDue, (world, entry) => {
    const { command } = world.experiment.timeline[entry]!;
    if (isFault(command.do)) strike(world, entry);
    else {
      world.experiment.underWay.add(String(entry));
      enqueue(world, world.experiment.operator, String(entry));
    }
  });
  return { handlers, controllers, setup: setupId, operator: operatorId, drainer: drainerId };
}

function registerMeasurements(handlers: Handlers<World>, listeners: Listeners<World>): void {
  measurePods(listeners, lookInside);
  measureWaits(listeners);
  measureReplicas(listeners);
  measureRollouts(listeners);
  measureRecoveries(listeners);
  measureNodes<World>(handlers, listeners, trafficUsage);
  registerMonitors(handlers, listeners);
  measureExplained(listeners);
}

/** One for all runs of a process: what the JavaScript engine has learnt and compiled in one run serves the next. */
const CODE = assembleCode();

function createWorld(scenario: Scenario, referenceScheduler: boolean): World {
  const parameters = clusterParameters(scenario.cluster);
  // Slices are filled in one by one, each built upon those before it. All are named here, as the shape of a literal
  // outlives the world, and with it the code that the engine has compiled for this shape.
  const world = {
    kernel: createKernel(scenario.seed),
    api: undefined,
    kcm: undefined,
    controllers: undefined,
    scheduler: undefined,
    nodes: undefined,
    network: undefined,
    traffic: undefined,
    experiment: undefined,
  } as unknown as Growing;
  world.api = createApi(world, parameters.api);
  openTables(world);
  insertNamespaces(world);
  openControllers(world, CODE.controllers);
  world.kcm = createKcm(world);
  world.controllers = createControllerStates(parameters.storage);
  world.scheduler = createScheduler(world, parameters.scheduler, referenceScheduler);
  world.nodes = createNodes(world, scenario.cluster.pools, behavioursOf(scenario), parameters.nodes);
  insertStorageNodes(
    world,
    scenario.manifests.map(({ object }) => object),
    parameters.storage,
  );
  world.network = createNetwork(world, parameters.network);
  world.traffic = createTraffic(world, trafficInputOf(scenario));
  insertPriorityClasses(world);
  openProbes(world, scenario);
  world.experiment = createExperiment(scenario);
  enqueue(world, CODE.setup, '0');
  for (const [entry, { atUs }] of scenario.timeline.entries())
    scheduleAt(world, atUs, ExperimentEvent.TimelineDue, entry, 0);
  armMonitors(world);
  startTraffic(world);
  return world;
}

/** A world whose slices are still to be filled in. */
type Growing = { -readonly [Slice in keyof World]: World[Slice] };

function createExperiment(scenario: Scenario): World['experiment'] {
  const { timeline, expectations, warmupUs, durationUs, intervalUs } = scenario;
  return {
    manifests: scenario.manifests.map(({ object }) => object).filter((object) => !isThereAlready(object)),
    timeline,
    expectations,
    warmupUs,
    durationUs,
    intervalUs,
    operator: CODE.operator,
    drainer: CODE.drainer,
    drains: new Map(),
    underWay: new Set(),
    applied: new Map(),
    monitors: createMonitors(expectations, timeline, warmupUs, durationUs),
    pods: createPodLedger(),
    waits: createTable(WAIT_TABLE),
    rollouts: createRollouts(),
    recoveries: createRecoveries(),
    nodeIntervals: createNodeIntervals(scenario.traffic.length > 0),
  };
}

function openTables(world: World): void {
  const tables = [POD_TABLE, PHASE_TABLE, NODE_TABLE, ACTION_TABLE, ROLLOUT_TABLE, RECOVERY_TABLE, COST_TABLE];
  for (const table of tables) openTable(world, table);
}

/** Kinds that are measured in every run; the network has opened probes of its own for Services and EndpointSlices. */
const MEASURED_KINDS = ['Pod', 'Node', ...WORKLOAD_KINDS];
const PROBED_BY_NETWORK = ['Service', 'EndpointSlice'];

function openProbes(world: World, scenario: Scenario): void {
  const kinds = new Set([...MEASURED_KINDS, ...monitoredKinds(scenario)]);
  for (const kind of kinds) if (!PROBED_BY_NETWORK.includes(kind)) openInformer(world, PROBE_COMPONENT, kind);
}

/** Kinds that the scenario's expectations speak of. Events are rows, not objects: they are counted when looked at. */
function monitoredKinds({ expectations }: Scenario): string[] {
  const kinds = expectations.flatMap(({ figure }) => {
    if (figure.of === 'field' || figure.of === 'job-duration') return [figure.object.kind];
    return figure.of === 'count' && figure.kind !== 'Event' ? [figure.kind] : [];
  });
  return [...new Set(kinds)].sort();
}

const FAULTS: readonly string[] = [
  'kubelet-stop',
  'kubelet-start',
  'reboot-node',
  'recover-node',
  'fail-node',
  'fail-zone',
  'recover-zone',
];

function isFault(command: string): boolean {
  return FAULTS.includes(command);
}
