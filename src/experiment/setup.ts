import type { ApiResult } from '../cluster/api/calls.js';
import { succeeded } from '../cluster/api/calls.js';
import { SYSTEM_PRIORITY_CLASSES } from '../cluster/api/admission/pod.js';
import { CLIENT_LIMITS } from '../cluster/api/clients.js';
import { type Controller, SYNC_DONE, type SyncStep } from '../cluster/api/controller-loop.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import { mutableCollection } from '../cluster/api/store.js';
import { insertObject } from '../cluster/api/writes.js';
import type { ApiWorld } from '../cluster/api/world.js';
import { constant } from '../kernel/distributions.js';
import { recordRow } from '../kernel/probe.js';
import { microsToSeconds } from '../kernel/time.js';
import { create } from './operator/actions.js';
import { ACTION_TABLE } from './tables.js';
import type { ExperimentWorld } from './world.js';

/** Namespaces that every cluster has from the start. */
const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Puts the namespaces of an empty cluster, each with its service account, into the store. */
export function insertNamespaces(world: ApiWorld): void {
  for (const name of SYSTEM_NAMESPACES) {
    insertAccount(world, name);
    world.api.resourceVersion += 1;
    world.api.nextUid += 1;
    insertObject(world, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        namespace: '',
        uid: `uid-${world.api.nextUid}`,
        resourceVersion: world.api.resourceVersion,
        generation: 1,
        creationTimestamp: 0,
        labels: { 'kubernetes.io/metadata.name': name },
      },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    } as KubernetesObject);
  }
}

/**
 * Puts the PriorityClasses that the API server makes at its start into the store. No component watches them to act, so nobody is told.
 * Source: kubernetes v1.36.3 pkg/registry/scheduling/rest/storage_scheduling.go.
 */
export function insertPriorityClasses(world: ApiWorld): void {
  const classes = mutableCollection(world, 'PriorityClass');
  for (const { name, value, preemptionPolicy } of SYSTEM_PRIORITY_CLASSES.values()) {
    const { resourceVersion } = world.api;
    const metadata = { name, namespace: '', uid: `uid-${name}`, resourceVersion, generation: 1, creationTimestamp: 0 };
    const object = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata, value, preemptionPolicy };
    classes.set(name, object);
  }
}

/** Whether an object of the manifests is there from the start: a dump of a cluster holds the system's PriorityClasses, too. */
export function isThereAlready({ kind, metadata: { name }, ...rest }: KubernetesObject): boolean {
  const known = kind === 'PriorityClass' ? SYSTEM_PRIORITY_CLASSES.get(name) : undefined;
  return known !== undefined && 'value' in rest && rest.value === known.value;
}

/** Every namespace has it: its controller makes it. */
export function insertAccount(world: ApiWorld, namespace: string): void {
  world.api.resourceVersion += 1;
  world.api.nextUid += 1;
  const { resourceVersion, nextUid } = world.api;
  const times = { uid: `uid-${nextUid}`, resourceVersion, generation: 1, creationTimestamp: 0 };
  insertObject(world, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace, ...times } });
}

/**
 * Creates the scenario's manifests at the start of the run, one after the other, by a client without limits: setting up is
 * not what a run is about. The key is the place of the next object.
 */
export function setup<W extends ExperimentWorld>(): Controller<W> {
  return {
    name: 'setup',
    workers: 1,
    limits: CLIENT_LIMITS.heartbeat,
    reaction: constant(0),
    sync: (world, key) => step(world, Number(key)),
    resume: (world, _key, memory, results) => {
      const place = memory as number;
      reportFailure(world, world.experiment.manifests[place]!, results[0]!);
      return step(world, place + 1);
    },
  };
}

function step(world: ExperimentWorld, place: number): SyncStep {
  const object = world.experiment.manifests[place];
  return object === undefined ? SYNC_DONE : { requests: [create(object)], memory: place };
}

function reportFailure(world: ExperimentWorld, object: KubernetesObject, result: ApiResult): void {
  if (succeeded(result)) return;
  const { kind, metadata } = object;
  const command = `create ${kind.toLowerCase()}/${metadata.name} (manifest)`;
  recordRow(world, ACTION_TABLE, [microsToSeconds(world.kernel.now), null, command, result.message]);
}
