import { sample } from '../../kernel/distributions.js';
import type { Handlers } from '../../kernel/events.js';
import { invariant } from '../../kernel/invariant.js';
import { draws } from '../../kernel/random.js';
import { scheduleAt } from '../../kernel/simulation.js';
import type { Micros } from '../../kernel/time.js';
import { ApiEvent } from './events.js';
import type { KubernetesObject } from './objects/meta.js';
import type { Pod } from './objects/pod.js';
import { mutableCollection, type ObjectKey } from './store.js';
import type { ApiWorld } from './world.js';

/** A change as a watch reports it. `before` is what the informer knew until now. */
export interface Change<T extends KubernetesObject = KubernetesObject> {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: T;
  readonly before: T | undefined;
}

/** A change on its way. */
interface Delivery {
  readonly type: Change['type'];
  readonly object: KubernetesObject;
  readonly key: ObjectKey;
}

/** A component's local copy of one kind, fed by a watch: what the component believes, a watch delay behind the store. */
export interface InformerState {
  /** Process that shares the copy, for example "kube-controller-manager". */
  readonly component: string;
  readonly kind: string;
  /** Only pods bound to this node, as a kubelet watches them; '' for all objects. */
  readonly nodeName: string;
  /** `component/kind`: who listens. */
  readonly watch: string;
  readonly cache: Map<ObjectKey, KubernetesObject>;
  /** Changes under way, the oldest at `head`, the newest before `end`; beyond are places that were used once. */
  readonly inbox: (Delivery | undefined)[];
  head: number;
  end: number;
  /** When the newest of them arrives: a watch never reorders. */
  lastDeliveryAt: Micros;
}

/** The component that measures: its informers see every change at the instant of the write. It never acts. */
export const PROBE_COMPONENT = 'probe';

/** Opens an informer and gives its number. Objects that are already stored arrive as added. */
export function openInformer(world: ApiWorld, component: string, kind: string, nodeName = ''): number {
  const api = world.api;
  const id = api.informers.length;
  const watch = `${component}/${kind}`;
  api.informers.push({
    component,
    kind,
    nodeName,
    watch,
    cache: new Map(),
    inbox: [],
    head: 0,
    end: 0,
    lastDeliveryAt: 0,
  });
  if (nodeName === '') {
    const ids = api.informersByKind.get(kind);
    if (ids === undefined) api.informersByKind.set(kind, [id]);
    else ids.push(id);
  } else {
    invariant(kind === 'Pod', `informer of ${kind} by node`);
    api.podInformersByNode.set(nodeName, id);
  }
  for (const [key, object] of mutableCollection(world, kind)) {
    if (nodeName === '' || (object as Pod).spec.nodeName === nodeName) deliver(world, id, 'added', object, key);
  }
  return id;
}

/** The informer's copy, in the order in which the objects arrived. */
export function lister<T extends KubernetesObject>(world: ApiWorld, informerId: number): ReadonlyMap<ObjectKey, T> {
  return world.api.informers[informerId]!.cache as Map<ObjectKey, T>;
}

/** For the API server: tells every watcher of the object, each after its own delay. */
export function notifyWatchers(world: ApiWorld, type: Change['type'], object: KubernetesObject, key: ObjectKey): void {
  const ids = world.api.informersByKind.get(object.kind);
  if (ids !== undefined) for (const id of ids) deliver(world, id, type, object, key);
  if (object.kind === 'Pod') {
    const nodeName = (object as Pod).spec.nodeName;
    const id = nodeName === undefined ? undefined : world.api.podInformersByNode.get(nodeName);
    if (id !== undefined) deliver(world, id, type, object, key);
  }
}

function deliver(world: ApiWorld, id: number, type: Change['type'], object: KubernetesObject, key: ObjectKey): void {
  const informer = world.api.informers[id]!;
  const at = Math.max(informer.lastDeliveryAt, world.kernel.now + watchDelayUs(world, informer));
  informer.lastDeliveryAt = at;
  informer.inbox[informer.end++] = { type, object, key };
  scheduleAt(world, at, ApiEvent.WatchDelivered, id, 0);
}

function watchDelayUs(world: ApiWorld, informer: InformerState): Micros {
  if (informer.component === PROBE_COMPONENT) return 0;
  return Math.round(sample(world.api.parameters.watchDelivery, draws(world, world.api.streams.watch)));
}

/** What a component does when its informer's copy has just changed. */
export type Listener<W, T extends KubernetesObject = KubernetesObject> = (
  world: W,
  change: Change<T>,
  informerId: number,
) => void;

/** Who listens to which informer: code, put together at assembly in a fixed order (it is the order of the calls). */
export class Listeners<W extends ApiWorld> {
  readonly #byWatch = new Map<string, Listener<W>[]>();

  /** Listens to all informers of a kind in a component. */
  on<T extends KubernetesObject>(component: string, kind: string, listener: Listener<W, T>): void {
    const watch = `${component}/${kind}`;
    const listeners = this.#byWatch.get(watch);
    if (listeners === undefined) this.#byWatch.set(watch, [listener as unknown as Listener<W>]);
    else listeners.push(listener as unknown as Listener<W>);
  }

  of(informer: InformerState): readonly Listener<W>[] {
    return this.#byWatch.get(informer.watch) ?? [];
  }
}

export function registerInformers<W extends ApiWorld>(handlers: Handlers<W>, listeners: Listeners<W>): void {
  handlers.on(ApiEvent.WatchDelivered, (world, id) => {
    const informer = world.api.informers[id]!;
    const { type, object, key } = takeDelivery(informer);
    const before = informer.cache.get(key);
    if (type === 'deleted') informer.cache.delete(key);
    else informer.cache.set(key, object);
    // A re-created object under an old name, or a pod seen first after its binding, comes as its informer sees it.
    const seen = type === 'deleted' ? 'deleted' : before === undefined ? 'added' : 'modified';
    const change: Change = { type: seen, object, before };
    for (const listener of listeners.of(informer)) listener(world, change, id);
  });
}

/** Of an inbox that is never empty the used places are dropped in bulk, so that a long backlog costs no shifting. */
const INBOX_TRIM = 1_024;

/** Mostly the inbox is empty afterwards, and begins anew in the places that it has. */
function takeDelivery(informer: InformerState): Delivery {
  const { inbox, head } = informer;
  const delivery = inbox[head]!;
  inbox[head] = undefined;
  informer.head = head + 1;
  if (informer.head === informer.end) {
    informer.head = informer.end = 0;
  } else if (informer.head >= INBOX_TRIM) {
    inbox.splice(0, informer.head);
    informer.end -= informer.head;
    informer.head = 0;
  }
  return delivery;
}
