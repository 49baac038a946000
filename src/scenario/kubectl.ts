import { labelKeyFaults, labelValueFaults } from '../cluster/api/names.js';
import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import { parseQuantity } from '../cluster/api/quantity.js';
import { parseSelector } from '../cluster/api/selectors.js';
import { parseDuration } from '../kernel/duration.js';
import {
  type CommandLine,
  type OptionTable,
  optionChoice,
  optionCount,
  optionFlag,
  optionText,
  sortWords,
  wholeNumber,
} from './command-line.js';
import type { KubectlCommand } from './commands.js';
import { shown, suggestion } from './diagnostics.js';
import { readTaint } from './kubectl-taint.js';
import { namedOrSelected, nodeNames, oneTarget } from './kubectl-targets.js';
import { mistake, type Word } from './shell-words.js';

/** Finds the objects of a file named in a command; a text says why there are none. */
export type LoadObjects = (reference: string) => readonly KubernetesObject[] | string;

interface Verb {
  readonly options: OptionTable;
  readonly read: (line: CommandLine, load: LoadObjects) => KubectlCommand;
}

const TARGET = { selector: 'value', all: 'flag' } as const;
/** Every command takes a namespace, even where it means nothing (nodes). */
const GLOBAL = { namespace: 'value' } as const;
/** Accepted because people type them; they change nothing here. */
const HARMLESS = { wait: 'value', output: 'value', timeout: 'value' } as const;

const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['set image', { options: TARGET, read: setImage }],
  [
    'set resources',
    {
      options: { ...TARGET, requests: 'value', limits: 'value', containers: 'value', container: 'value' },
      read: setResources,
    },
  ],
  ['scale', { options: { ...TARGET, replicas: 'value', 'current-replicas': 'value' }, read: scale }],
  ['rollout undo', { options: { ...TARGET, 'to-revision': 'value' }, read: rolloutUndo }],
  ['rollout pause', { options: TARGET, read: (line) => ({ do: 'rollout-pause', target: oneTarget(line) }) }],
  ['rollout resume', { options: TARGET, read: (line) => ({ do: 'rollout-resume', target: oneTarget(line) }) }],
  ['rollout restart', { options: TARGET, read: (line) => ({ do: 'rollout-restart', target: oneTarget(line) }) }],
  [
    'delete',
    {
      options: {
        ...TARGET,
        ...HARMLESS,
        'grace-period': 'value',
        force: 'flag',
        now: 'flag',
        cascade: 'value',
        filename: 'value',
      },
      read: remove,
    },
  ],
  ['apply', { options: { filename: 'value', 'server-side': 'flag' }, read: apply }],
  [
    'create',
    {
      options: { filename: 'value', image: 'value', replicas: 'value', port: 'value' },
      read: create,
    },
  ],
  [
    'expose',
    {
      options: {
        name: 'value',
        port: 'value',
        'target-port': 'value',
        protocol: 'value',
        type: 'value',
      },
      read: expose,
    },
  ],
  [
    'autoscale',
    {
      options: { name: 'value', min: 'value', max: 'value', 'cpu-percent': 'value', cpu: 'value' },
      read: autoscale,
    },
  ],
  ['cordon', { options: {}, read: (line) => ({ do: 'cordon', nodes: nodeNames(line) }) }],
  ['taint', { options: { overwrite: 'flag' }, read: readTaint }],
  ['uncordon', { options: {}, read: (line) => ({ do: 'uncordon', nodes: nodeNames(line) }) }],
  [
    'drain',
    {
      options: {
        'ignore-daemonsets': 'flag',
        'delete-emptydir-data': 'flag',
        'disable-eviction': 'flag',
        'pod-selector': 'value',
        force: 'flag',
        'grace-period': 'value',
        timeout: 'value',
      },
      read: drain,
    },
  ],
  ['label', { options: { ...TARGET, overwrite: 'flag' }, read: (line) => setPairs('label', line) }],
  ['annotate', { options: { ...TARGET, overwrite: 'flag' }, read: (line) => setPairs('annotate', line) }],
  ['patch', { options: { patch: 'value', type: 'value' }, read: patch }],
]);

/** Commands that only look, and ones that later versions of the simulator play. */
const ONLY_LOOKING = ['get', 'describe', 'logs', 'top', 'wait', 'rollout status', 'rollout history', 'diff', 'explain'];

/** Reads the words after `kubectl`. */
export function readKubectl(kubectl: Word, words: readonly Word[], load: LoadObjects): KubectlCommand {
  const [first, second] = words;
  if (first === undefined) mistake(kubectl, 'kubectl needs a command', `known: ${[...VERBS.keys()].join(', ')}`);
  const two = second === undefined ? first.text : `${first.text} ${second.text}`;
  const name = VERBS.has(two) ? two : first.text;
  const verb = VERBS.get(name);
  if (verb !== undefined) {
    const count = name.split(' ').length;
    return verb.read(sortWords(words[count - 1]!, words.slice(count), { ...GLOBAL, ...verb.options }), load);
  }
  if (ONLY_LOOKING.includes(first.text) || ONLY_LOOKING.includes(two)) {
    mistake(
      first,
      `kubectl ${first.text} only looks: it changes nothing in a timeline`,
      'use expect: to check something',
    );
  }
  const isHalf = [...VERBS.keys()].some((known) => known.startsWith(`${first.text} `));
  const written = isHalf ? two : first.text;
  mistake(
    isHalf ? (second ?? first) : first,
    `unknown kubectl command ${shown(written)}`,
    suggestion(written, [...VERBS.keys()]),
  );
}

function setImage(line: CommandLine): KubectlCommand {
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

function setResources(line: CommandLine): KubectlCommand {
  const requests = resourcePairs(line.options.get('requests'));
  const limits = resourcePairs(line.options.get('limits'));
  if (Object.keys({ ...requests, ...limits }).length === 0)
    mistake(line.command, 'set resources needs --requests or --limits');
  const container = optionText(line, 'containers', optionText(line, 'container', '*'));
  return { do: 'set-resources', target: oneTarget(line), container, requests, limits };
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
    pairs[name!] = text;
  }
  return pairs;
}

function scale(line: CommandLine): KubectlCommand {
  const replicas = line.options.get('replicas');
  if (replicas === undefined) mistake(line.command, 'scale needs --replicas=COUNT');
  return {
    do: 'scale',
    target: oneTarget(line),
    replicas: wholeNumber(replicas, '--replicas', 0),
    currentReplicas: optionCount(line, 'current-replicas', null),
  };
}

function rolloutUndo(line: CommandLine): KubectlCommand {
  return { do: 'rollout-undo', target: oneTarget(line), toRevision: optionCount(line, 'to-revision', 0) };
}

function remove(line: CommandLine, load: LoadObjects): KubectlCommand {
  const file = line.options.get('filename');
  const target =
    file === undefined
      ? namedOrSelected(line)
      : {
          by: 'name' as const,
          references: loaded(file, load).map(({ kind, metadata: { namespace, name } }) => ({ kind, namespace, name })),
        };
  const force = optionFlag(line, 'force');
  const gracePeriodSeconds = optionCount(line, 'grace-period', optionFlag(line, 'now') ? 1 : null, -1);
  return {
    do: 'delete',
    target,
    gracePeriodSeconds:
      gracePeriodSeconds === -1 ? null : force && gracePeriodSeconds === null ? 0 : gracePeriodSeconds,
    force,
    propagation: optionChoice(line, 'cascade', ['background', 'foreground', 'orphan'], 'background'),
  };
}

function loaded(file: Word, load: LoadObjects): readonly KubernetesObject[] {
  const objects = load(file.text);
  if (typeof objects === 'string') mistake(file, objects);
  return objects;
}

function apply(line: CommandLine, load: LoadObjects): KubectlCommand {
  const file = line.options.get('filename');
  if (file === undefined) mistake(line.command, 'apply needs -f FILE');
  return { do: 'apply', objects: loaded(file, load) };
}

function create(line: CommandLine, load: LoadObjects): KubectlCommand {
  const file = line.options.get('filename');
  if (file !== undefined) return { do: 'create', objects: loaded(file, load) };
  const [what, name] = line.rest;
  if (what === undefined || name === undefined || !/^deploy(?:ments?)?$/.test(what.text)) {
    mistake(what ?? line.command, 'expected create -f FILE or create deployment NAME --image=IMAGE');
  }
  const image = line.options.get('image');
  if (image === undefined) mistake(line.command, 'create deployment needs --image=IMAGE');
  const port = optionCount(line, 'port', null, 1);
  return {
    do: 'create',
    objects: [
      newDeployment(
        name.text,
        optionText(line, 'namespace', 'default'),
        image.text,
        optionCount(line, 'replicas', 1),
        port,
      ),
    ],
  };
}

/** Source: kubernetes v1.36.3 staging/src/k8s.io/kubectl/pkg/cmd/create/create_deployment.go. */
function newDeployment(
  name: string,
  namespace: string,
  image: string,
  replicas: number,
  port: number | null,
): KubernetesObject {
  const labels = { app: name };
  const container = image.split('/').at(-1)!.split(/[:@]/)[0]!;
  const ports = port === null ? {} : { ports: [{ containerPort: port }] };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: container, image, ...ports }] } },
    },
  };
  return deployment as unknown as KubernetesObject;
}

function expose(line: CommandLine): KubectlCommand {
  const target = oneTarget(line);
  const own = target.by === 'name' ? target.references[0]!.name : '';
  const targetPort = line.options.get('target-port')?.text;
  return {
    do: 'expose',
    target,
    name: optionText(line, 'name', own),
    port: optionCount(line, 'port', null, 1),
    targetPort: targetPort === undefined ? null : /^\d+$/.test(targetPort) ? Number(targetPort) : targetPort,
    protocol: optionChoice(line, 'protocol', ['TCP', 'UDP', 'SCTP'], 'TCP'),
    type: optionChoice(line, 'type', ['ClusterIP', 'NodePort', 'LoadBalancer'], 'ClusterIP'),
  };
}

function autoscale(line: CommandLine): KubectlCommand {
  const target = oneTarget(line);
  const maximum = line.options.get('max');
  if (maximum === undefined) mistake(line.command, 'autoscale needs --max=COUNT');
  const maxReplicas = wholeNumber(maximum, '--max', 1);
  const minReplicas = optionCount(line, 'min', 1, 1);
  if (minReplicas > maxReplicas) mistake(maximum, `--max=${maxReplicas} is less than --min=${minReplicas}`);
  const cpu = line.options.get('cpu') ?? line.options.get('cpu-percent');
  const own = target.by === 'name' ? target.references[0]!.name : '';
  return {
    do: 'autoscale',
    target,
    name: optionText(line, 'name', own),
    minReplicas,
    maxReplicas,
    cpuPercent:
      cpu === undefined ? null : wholeNumber({ ...cpu, text: cpu.text.replace(/%$/, '') }, '--cpu-percent', 1),
  };
}

function drain(line: CommandLine): KubectlCommand {
  const timeout = line.options.get('timeout');
  const timeoutUs = timeout === undefined ? null : parseDuration(timeout.text);
  if (timeoutUs === undefined) mistake(timeout!, `expected a duration, got ${shown(timeout!.text)}`);
  const gracePeriodSeconds = optionCount(line, 'grace-period', null, -1);
  const selector = line.options.get('pod-selector');
  const parsed = parseSelector(selector?.text ?? '');
  if (!parsed.ok) mistake(selector!, parsed.error);
  return {
    do: 'drain',
    nodes: nodeNames(line),
    ignoreDaemonSets: optionFlag(line, 'ignore-daemonsets'),
    deleteEmptyDirData: optionFlag(line, 'delete-emptydir-data'),
    force: optionFlag(line, 'force'),
    disableEviction: optionFlag(line, 'disable-eviction'),
    podSelector: selector?.text ?? '',
    gracePeriodSeconds: gracePeriodSeconds === -1 ? null : gracePeriodSeconds,
    timeoutUs: timeoutUs === 0 ? null : timeoutUs,
  };
}

function setPairs(verb: 'label' | 'annotate', line: CommandLine): KubectlCommand {
  const isPair = ({ text }: Word): boolean => text.includes('=') || (text.endsWith('-') && text.length > 1);
  const values: Record<string, string | null> = {};
  for (const word of line.rest.filter(isPair)) {
    const equals = word.text.indexOf('=');
    const key = equals < 0 ? word.text.slice(0, -1) : word.text.slice(0, equals);
    const value = equals < 0 ? null : word.text.slice(equals + 1);
    const wrong =
      labelKeyFaults(key)[0] ?? (verb === 'label' && value !== null ? labelValueFaults(value)[0] : undefined);
    if (wrong !== undefined) mistake(word, `${shown(word.text)}: ${wrong}`);
    values[key] = value;
  }
  if (Object.keys(values).length === 0) mistake(line.command, `${verb} needs KEY=VALUE or KEY- to remove it`);
  const target = oneTarget({ ...line, rest: line.rest.filter((word) => !isPair(word)) });
  return { do: verb, target, values, overwrite: optionFlag(line, 'overwrite') };
}

function patch(line: CommandLine): KubectlCommand {
  const word = line.options.get('patch');
  if (word === undefined) mistake(line.command, "patch needs -p '{...}'");
  let value: unknown;
  try {
    value = JSON.parse(word.text);
  } catch {
    mistake(word, 'the patch is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    mistake(word, 'the patch must be a JSON object');
  const type = optionChoice(line, 'type', ['strategic', 'merge'], 'strategic');
  return { do: 'patch', target: oneTarget(line), type, patch: value as { [field: string]: unknown } };
}
