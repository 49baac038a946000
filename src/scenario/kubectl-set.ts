import { parseQuantity } from '../cluster/api/quantity.js';
import { parseSelector } from '../cluster/api/selectors.js';
import type { FieldError } from '../cluster/api/validation/field-error.js';
import { COMPUTE_RESOURCES, validateContainerResourceName } from '../cluster/api/validation/resources.js';
import { type CommandLine, optionText } from './command-line.js';
import type { KubectlCommand } from './commands.js';
import { shown, suggestion } from './diagnostics.js';
import { labelPairs } from './generated-object.js';
import { oneTarget } from './kubectl-targets.js';
import { mistake, type Word } from './shell-words.js';

// kubectl set ...: changes to the template of pods, and to the selector of a Service. Source: kubectl v0.36.3 pkg/cmd/set.

export const SET_RESOURCES_OPTIONS = {
  requests: 'value',
  limits: 'value',
  containers: 'value',
  container: 'value',
} as const;
export const SET_ENV_OPTIONS = { containers: 'value', container: 'value', env: 'list', overwrite: 'value' } as const;

export function setImage(line: CommandLine): KubectlCommand {
  const pairs = line.rest.filter((word) => word.text.includes('='));
  const target = oneTarget({ ...line, rest: line.rest.filter((word) => !word.text.includes('=')) });
  if (pairs.length === 0) mistake(line.command, 'set image needs CONTAINER=IMAGE');
  const images = pairs.map((word) => {
    const equals = word.text.indexOf('=');
    const [container, image] = [word.text.slice(0, equals), word.text.slice(equals + 1)];
    if (container === '' || image === '' || /\s/.test(image))
      mistake(word, `expected CONTAINER=IMAGE, got ${shown(word.text)}`);
    return { container, image };
  });
  return { do: 'set-image', target, images };
}

export function setResources(line: CommandLine): KubectlCommand {
  const requests = resourcePairs(line.options.get('requests'));
  const limits = resourcePairs(line.options.get('limits'));
  if (Object.keys({ ...requests, ...limits }).length === 0)
    mistake(line.command, 'set resources needs --requests or --limits');
  return { do: 'set-resources', target: oneTarget(line), container: containerOf(line), requests, limits };
}

function containerOf(line: CommandLine): string {
  return optionText(line, 'containers', optionText(line, 'container', '*'));
}

function resourcePairs(word: Word | undefined): Record<string, string> {
  const pairs: Record<string, string> = {};
  if (word === undefined) return pairs;
  for (const part of word.text.split(',')) {
    const [name, text, extra] = part.split('=');
    const isQuantity = text !== undefined && text.length < 50 && parseQuantity(text).ok;
    if (!isQuantity || extra !== undefined || !/^[a-z][a-z0-9./-]*$/.test(name!)) {
      mistake(word, `expected NAME=QUANTITY such as cpu=500m,memory=1Gi, got ${shown(part)}`);
    }
    const faults: FieldError[] = [];
    validateContainerResourceName(name!, '', faults);
    const [fault] = faults;
    if (fault !== undefined) mistake(word, `${shown(name)} ${fault.detail}`, suggestion(name!, COMPUTE_RESOURCES));
    pairs[name!] = text;
  }
  return pairs;
}

/** Names of variables. Source: apimachinery v0.36.3 pkg/util/validation: envVarNameFmt. */
const VARIABLE = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

/** `set env deployment/web KEY=VALUE OTHER-`: a value of null removes the variable. */
export function setEnv(line: CommandLine): KubectlCommand {
  const isChange = ({ text }: Word): boolean => text.includes('=') || (text.endsWith('-') && text.length > 1);
  const values: Record<string, string | null> = {};
  for (const word of [...line.rest.filter(isChange), ...(line.lists.get('env') ?? [])]) {
    const equals = word.text.indexOf('=');
    const key = equals < 0 ? word.text.slice(0, -1) : word.text.slice(0, equals);
    if (!VARIABLE.test(key)) mistake(word, `${shown(key)} is no name of a variable`);
    values[key] = equals < 0 ? null : word.text.slice(equals + 1);
  }
  if (Object.keys(values).length === 0) mistake(line.command, 'set env needs KEY=VALUE, or KEY- to remove it');
  const target = oneTarget({ ...line, rest: line.rest.filter((word) => !isChange(word)) });
  return { do: 'set-env', target, container: containerOf(line), values };
}

/** `set selector service/web app=web,slot=green`: the whole selector, at once. */
export function setSelector(line: CommandLine): KubectlCommand {
  const last = line.rest.at(-1);
  if (last === undefined || !last.text.includes('=')) mistake(last ?? line.command, 'set selector needs KEY=VALUE');
  const parsed = parseSelector(last.text);
  if (!parsed.ok) mistake(last, parsed.error);
  return {
    do: 'set-selector',
    target: oneTarget({ ...line, rest: line.rest.slice(0, -1) }),
    selector: labelPairs(last),
  };
}
