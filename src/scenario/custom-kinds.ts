import { fieldsIn, textIn } from '../cluster/api/fields.js';
import { kindOf } from '../cluster/api/kinds.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import { shown } from './diagnostics.js';
import { valueAt } from './field-path.js';
import { unknownKind } from './kubectl-targets.js';
import type { TextFault } from './shell-words.js';

/** Words that kubectl would take for a kind that some objects define or have, in lower case. */
export function customWords(objects: readonly KubernetesObject[]): string[] {
  return objects.flatMap((object) => {
    const { kind } = object;
    if (kind === 'CustomResourceDefinition') {
      const names = fieldsIn(valueAt(object, ['spec', 'names']));
      const words = [names['kind'], names['singular'], names['plural'], names['shortNames']].flat().map(textIn);
      const group = textIn(valueAt(object, ['spec', 'group']));
      return words.flatMap((word) => [word.toLowerCase(), `${word}.${group}`.toLowerCase()]);
    }
    return kindOf(kind) === undefined ? [kind.toLowerCase(), `${kind.toLowerCase()}s`] : [];
  });
}

/** A fault that a custom kind is not known, in words that say why. */
export function tellCustom(fault: TextFault, words: readonly string[]): TextFault {
  const word = words.find((known) => fault.message.toLowerCase() === unknownKind(known));
  if (word === undefined) return fault;
  const message = `${shown(word)} is a custom kind: its objects are only stored`;
  return { ...fault, message, hint: 'neither commands nor expectations can name them' };
}
