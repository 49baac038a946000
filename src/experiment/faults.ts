import { crashNode, rebootNode, recoverNode, startKubelet, stopKubelet } from '../cluster/nodes/faults.js';
import { nodeIndexOf, type NodesWorld } from '../cluster/nodes/workload.js';
import type { Handlers } from '../kernel/events.js';
import { recordRow } from '../kernel/probe.js';
import { schedule } from '../kernel/simulation.js';
import { microsToSeconds } from '../kernel/time.js';
import type { FaultCommand } from '../scenario/commands.js';
import { ExperimentEvent } from './events.js';
import { startRecovery } from './measure/recoveries.js';
import { ACTION_TABLE } from './tables.js';
import type { ExperimentWorld } from './world.js';

type FaultWorld = ExperimentWorld & NodesWorld;

/** What fate does to machines. A fault with a duration ends by itself. */
export function strike<W extends FaultWorld>(world: W, entry: number): void {
  const { text, atUs, command } = world.experiment.timeline[entry]!;
  const fault = command as FaultCommand;
  const nodes = nodesOf(world, fault);
  const at = microsToSeconds(atUs);
  if (nodes.length === 0) {
    recordRow(world, ACTION_TABLE, [at, null, text, 'no such node']);
    return;
  }
  for (const node of nodes) apply(world, fault, node);
  if (fault.do !== 'kubelet-start' && fault.do !== 'recover-node' && fault.do !== 'recover-zone') {
    startRecovery(
      world,
      subjectOf(fault),
      nodes.map((node) => world.nodes.hosts.names[node]!),
    );
  }
  if ('forUs' in fault && fault.forUs !== null) schedule(world, fault.forUs, ExperimentEvent.FaultEnded, entry, 0);
  recordRow(world, ACTION_TABLE, [at, at, text, 'ok']);
}

export function registerFaults<W extends FaultWorld>(handlers: Handlers<W>): void {
  handlers.on(ExperimentEvent.FaultEnded, (world, entry) => {
    const fault = world.experiment.timeline[entry]!.command as FaultCommand;
    for (const node of nodesOf(world, fault)) recoverNode(world, node);
  });
}

function apply<W extends FaultWorld>(world: W, fault: FaultCommand, node: number): void {
  switch (fault.do) {
    case 'kubelet-stop':
      return stopKubelet(world, node);
    case 'kubelet-start':
      return startKubelet(world, node);
    case 'reboot-node':
      return rebootNode(world, node);
    case 'fail-node':
    case 'fail-zone':
      return crashNode(world, node);
    case 'recover-node':
    case 'recover-zone':
      return recoverNode(world, node);
  }
}

function nodesOf(world: NodesWorld, fault: FaultCommand): number[] {
  const { hosts } = world.nodes;
  if ('node' in fault) {
    const node = nodeIndexOf(world, fault.node);
    return node < 0 ? [] : [node];
  }
  const zone = hosts.zoneNames.indexOf(fault.zone);
  return Array.from({ length: hosts.count }, (_, node) => node).filter((node) => hosts.zones[node] === zone);
}

function subjectOf(fault: FaultCommand): string {
  return 'node' in fault ? `node ${fault.node}` : `zone ${fault.zone}`;
}
