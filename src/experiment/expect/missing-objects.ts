import { collection, keyOf, stored } from '../../cluster/api/store.js';
import type { ObjectReference } from '../../scenario/commands.js';
import type { ExperimentWorld } from '../world.js';

/** Says that an object is not there at the end of the run, and where one of its name is; undefined if it is there. */
export function tellMissing(world: ExperimentWorld, object: ObjectReference): string | undefined {
  const { kind, namespace, name } = object;
  if (stored(world, kind, keyOf(namespace, name)) !== undefined) return undefined;
  const word = kind.toLowerCase();
  const others = [...collection(world, kind).values()]
    .filter(({ metadata }) => metadata.name === name)
    .map(({ metadata }) => metadata.namespace)
    .sort();
  if (namespace === '') return `no ${word}/${name}`;
  if (others.length === 0) return `no ${word}/${name} in ${namespace}`;
  return `no ${word}/${name} in ${namespace}; it is in ${others.join(', ')}: write ${word}/${others[0]!}/${name}`;
}
