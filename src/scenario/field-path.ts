/** Way to a field of a document: keys of maps and indexes of lists. */
export type FieldPath = readonly (string | number)[];

/** As Kubernetes writes it: `spec.containers[0].image`; keys that are no plain words stand in brackets. */
export function fieldText(path: FieldPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${step}]`;
  }
  return text;
}

/**
 * Reads such a text: `a.b[0].c[key.with.dots]`. A number in brackets is an index (a map with such a key finds it all
 * the same, as keys are compared as text).
 */
export function parseFieldText(text: string): FieldPath {
  const path: (string | number)[] = [];
  for (const [, word, bracket] of text.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    if (word !== undefined) path.push(word);
    else path.push(/^\d+$/.test(bracket!) ? Number(bracket) : bracket!);
  }
  return path;
}

/** The value at a path, undefined where there is none. Only own fields count. */
export function valueAt(root: unknown, path: FieldPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
