import type { KubernetesObject, StringMap } from '../../cluster/api/objects/meta.js';
import type { KubectlCommand } from '../../scenario/commands.js';
import { OperatorError } from './error.js';

type SetPairs = Extract<KubectlCommand, { readonly do: 'label' | 'annotate' }>;

/** Always overwritten. Source: kubectl v0.36.3 pkg/polymorphichelpers/history.go: ChangeCauseAnnotation. */
const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** The patch of `kubectl label` and `annotate`; without --overwrite what is there stays. Source: pkg/cmd/{label,annotate}. */
export function pairsPatch(object: KubernetesObject, { do: verb, values, overwrite }: SetPairs): unknown {
  const field = verb === 'label' ? 'labels' : 'annotations';
  if (!overwrite) checkOverwrites(object.metadata[field] ?? {}, verb, values);
  return { metadata: { [field]: values } };
}

function checkOverwrites(own: StringMap, verb: SetPairs['do'], values: SetPairs['values']): void {
  const taken = Object.keys(values).filter((key) => {
    const [old, value] = [own[key], values[key]];
    return value !== null && old !== undefined && old !== value && !(verb === 'annotate' && key === CHANGE_CAUSE);
  });
  if (taken.length === 0) return;
  const texts = taken.map((key) => `'${key}' already has a value (${own[key]})`);
  if (verb === 'annotate') {
    throw new OperatorError(`--overwrite is false but found the following declared annotation(s): ${texts.join('; ')}`);
  }
  const errors = texts.map((text) => `${text}, and --overwrite is false`);
  throw new OperatorError(errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`);
}
