import { registerApi, createApi } from '../../../src/cluster/api/create-api.js';
import { Controllers } from '../../../src/cluster/api/controller-loop.js';
import { Listeners } from '../../../src/cluster/api/informers.js';
import type { KubernetesObject } from '../../../src/cluster/api/objects/meta.js';
import { API_PRESETS, type ApiParameters } from '../../../src/cluster/api/parameters.js';
import { insertObject } from '../../../src/cluster/api/writes.js';
import type { ApiWorld } from '../../../src/cluster/api/world.js';
import { Handlers } from '../../../src/kernel/events.js';
import { createKernel } from '../../../src/kernel/simulation.js';

/** An API server alone, with the namespace `default` and its service account. */
export function apiWorld(parameters: ApiParameters = API_PRESETS.managed, seed = 'test') {
  const kernelWorld = { kernel: createKernel(seed) };
  const world: ApiWorld = { ...kernelWorld, api: createApi(kernelWorld, parameters) };
  insertObject(world, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'default', namespace: '', uid: 'ns', resourceVersion: 0, generation: 1, creationTimestamp: 0 },
  });
  const account = { uid: 'sa', resourceVersion: 0, generation: 1, creationTimestamp: 0 };
  insertObject(world, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'default', ...account },
  });
  const handlers = new Handlers<ApiWorld>();
  const listeners = new Listeners<ApiWorld>();
  const controllers = new Controllers<ApiWorld>();
  registerApi(handlers, listeners, controllers);
  return { world, handlers, listeners, controllers };
}

/** A ConfigMap, the simplest thing to store. */
export function configMap(name: string, data: Record<string, string> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data } as never;
}
