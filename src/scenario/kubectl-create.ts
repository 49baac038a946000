import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import { type CommandLine, optionChoice, optionCount, optionFlag, optionText, wholeNumber } from './command-line.js';
import type { KubectlCommand } from './commands.js';
import { shown, suggestion } from './diagnostics.js';
import { generatedObject, labelPairs, pairsOf } from './generated-object.js';
import { slashed } from './kubectl-targets.js';
import { mistake, type Word } from './shell-words.js';

export const CREATE_OPTIONS = {
  filename: 'value',
  image: 'list',
  replicas: 'value',
  port: 'value',
  from: 'value',
  schedule: 'value',
  restart: 'value',
  tcp: 'list',
  'node-port': 'value',
  clusterip: 'value',
  'external-name': 'value',
  hard: 'value',
  scopes: 'value',
  selector: 'value',
  'min-available': 'value',
  'max-unavailable': 'value',
  value: 'value',
  'global-default': 'flag',
  'preemption-policy': 'value',
  description: 'value',
  'from-literal': 'list',
} as const;

/** What a generator makes of its line: the object without its namespace. */
interface Generator {
  /** kubectl's words before the server's message when it refuses the object. */
  readonly failure: string;
  /** A second word of the command: `clusterip` of `create service clusterip NAME`. */
  readonly variants?: readonly string[];
  /** Options that mean something here. */
  readonly options: readonly (keyof typeof CREATE_OPTIONS)[];
  readonly make: (line: CommandLine, name: string, variant: string) => object;
}

/** By name, with kubectl's short names. Source: kubectl v0.36.3 pkg/cmd/create/create_*.go. */
const GENERATORS: ReadonlyMap<string, Generator> = new Map<string, Generator>([
  ['namespace', { failure: '', options: [], make: () => ({ apiVersion: 'v1', kind: 'Namespace' }) }],
  [
    'deployment',
    { failure: 'failed to create deployment: ', options: ['image', 'replicas', 'port'], make: deployment },
  ],
  ['job', { failure: 'failed to create job: ', options: ['image', 'from'], make: job }],
  ['cronjob', { failure: 'failed to create cronjob: ', options: ['image', 'schedule', 'restart'], make: cronJob }],
  [
    'service',
    {
      failure: 'failed to create VARIANT service: ',
      variants: ['clusterip', 'nodeport', 'loadbalancer', 'externalname'],
      options: ['tcp', 'node-port', 'clusterip', 'external-name'],
      make: service,
    },
  ],
  ['quota', { failure: 'failed to create quota: ', options: ['hard', 'scopes'], make: quota }],
  [
    'poddisruptionbudget',
    {
      failure: 'failed to create poddisruptionbudgets: ',
      options: ['selector', 'min-available', 'max-unavailable'],
      make: disruptionBudget,
    },
  ],
  [
    'priorityclass',
    {
      failure: 'failed to create priorityclass: ',
      options: ['value', 'global-default', 'preemption-policy', 'description'],
      make: priorityClass,
    },
  ],
  ['configmap', { failure: 'failed to create configmap: ', options: ['from-literal'], make: configMap }],
  ['secret', { failure: 'failed to create secret ', variants: ['generic'], options: ['from-literal'], make: secret }],
  [
    'serviceaccount',
    {
      failure: 'failed to create serviceaccount: ',
      options: [],
      make: () => ({ apiVersion: 'v1', kind: 'ServiceAccount' }),
    },
  ],
]);

const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ['ns', 'namespace'],
  ['deploy', 'deployment'],
  ['cj', 'cronjob'],
  ['svc', 'service'],
  ['resourcequota', 'quota'],
  ['pdb', 'poddisruptionbudget'],
  ['pc', 'priorityclass'],
  ['cm', 'configmap'],
  ['sa', 'serviceaccount'],
]);

/** Options that every form of `create` takes. */
const COMMON_OPTIONS: readonly string[] = ['namespace'];

/** `create -f FILE`, or `create KIND NAME` with the options of its generator. */
export function readCreate(line: CommandLine, loaded: (file: Word) => readonly KubernetesObject[]): KubectlCommand {
  const file = line.options.get('filename');
  if (file !== undefined) return { do: 'create', objects: loaded(file), failure: '' };
  const [what, ...others] = line.rest;
  if (what === undefined) mistake(line.command, 'expected create -f FILE or create KIND NAME');
  const kind = SHORT_NAMES.get(what.text) ?? what.text;
  const generator = GENERATORS.get(kind);
  if (generator === undefined) {
    mistake(
      what,
      `kubectl create makes no ${shown(what.text)} here: use -f FILE`,
      suggestion(kind, [...GENERATORS.keys()]),
    );
  }
  const variant = generator.variants === undefined ? '' : variantOf(what, others.shift(), generator.variants);
  const [name, extra] = others;
  if (name === undefined) mistake(what, `create ${kind} needs a name`);
  if (extra !== undefined) mistake(extra, `unexpected ${shown(extra.text)}`);
  checkOptions(line, kind, generator);
  const namespace = optionText(line, 'namespace', 'default');
  const from = line.options.get('from');
  if (from !== undefined) return jobFrom(line, from, name.text, namespace);
  const made = generator.make(line, name.text, variant) as { readonly metadata?: object };
  const isNamespaced = kind !== 'namespace' && kind !== 'priorityclass';
  const metadata = { name: name.text, ...(isNamespaced ? { namespace } : {}), ...made.metadata };
  const failure = generator.failure.replace('VARIANT', SERVICE_TYPES[variant] ?? '');
  return { do: 'create', objects: [generatedObject(name, { ...made, metadata })], failure };
}

function variantOf(what: Word, variant: Word | undefined, variants: readonly string[]): string {
  if (variant === undefined) mistake(what, `create ${what.text} needs one of ${variants.join(', ')}`);
  if (variants.includes(variant.text)) return variant.text;
  mistake(
    variant,
    `expected one of ${variants.join(', ')}, got ${shown(variant.text)}`,
    suggestion(variant.text, variants),
  );
}

function checkOptions(line: CommandLine, kind: string, { options }: Generator): void {
  const known = [...COMMON_OPTIONS, ...options];
  for (const [name, word] of [...line.options, ...[...line.lists].map(([key, words]) => [key, words[0]!] as const)]) {
    if (known.includes(name)) continue;
    const hint = suggestion(
      `--${name}`,
      known.map((option) => `--${option}`),
    );
    mistake(word, `create ${kind} has no option --${name}`, hint);
  }
}

/** Images of a generator's containers, each container called after its image, as `create deployment` does. */
function imagesOf(line: CommandLine, kind: string): readonly string[] {
  const images = (line.lists.get('image') ?? []).map(({ text }) => text);
  if (images.length === 0 || images.includes('')) mistake(line.command, `create ${kind} needs --image=IMAGE`);
  return images;
}

function insideOf(line: CommandLine): { readonly command?: readonly string[] } {
  return line.inside.length === 0 ? {} : { command: line.inside.map(({ text }) => text) };
}

function deployment(line: CommandLine, name: string): object {
  const labels = { app: name };
  const port = optionCount(line, 'port', null, 1);
  const ports = port === null ? {} : { ports: [{ containerPort: port }] };
  const containers = imagesOf(line, 'deployment').map((image) => {
    const container = image.split('/').at(-1)!.split(/[:@]/)[0]!.replaceAll('_', '-');
    return { name: container, image, ...insideOf(line), ...ports };
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { labels },
    spec: {
      replicas: optionCount(line, 'replicas', 1),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}

function runOnce(line: CommandLine, kind: string, name: string, restartPolicy: string): object {
  const [image, another] = imagesOf(line, kind);
  if (another !== undefined) mistake(line.lists.get('image')![1]!, `create ${kind} takes one image`);
  return { template: { spec: { containers: [{ name, image, ...insideOf(line) }], restartPolicy } } };
}

function job(line: CommandLine, name: string): object {
  return { apiVersion: 'batch/v1', kind: 'Job', spec: runOnce(line, 'job', name, 'Never') };
}

/** The Job is made from the CronJob as it is at that time. */
function jobFrom(line: CommandLine, from: Word, name: string, namespace: string): KubectlCommand {
  const reference = slashed(from, namespace);
  if (reference.kind !== 'CronJob') mistake(from, `--from takes a cronjob, got ${shown(from.text)}`);
  if (line.lists.has('image')) mistake(from, 'either --image or --from');
  return { do: 'job-from', target: { by: 'name', references: [reference] }, name };
}

function cronJob(line: CommandLine, name: string): object {
  const schedule = line.options.get('schedule');
  if (schedule === undefined) mistake(line.command, 'create cronjob needs --schedule="* * * * *"');
  const restart = optionChoice(line, 'restart', ['OnFailure', 'Never'], 'OnFailure');
  const jobTemplate = { metadata: { name }, spec: runOnce(line, 'cronjob', name, restart) };
  return { apiVersion: 'batch/v1', kind: 'CronJob', spec: { schedule: schedule.text, jobTemplate } };
}

const SERVICE_TYPES: Readonly<Record<string, string>> = {
  clusterip: 'ClusterIP',
  nodeport: 'NodePort',
  loadbalancer: 'LoadBalancer',
  externalname: 'ExternalName',
};

function service(line: CommandLine, name: string, variant: string): object {
  const labels = { app: name };
  const address = line.options.get('clusterip')?.text;
  const isHeadless = address === 'None';
  const ports = (line.lists.get('tcp') ?? []).flatMap((word) =>
    word.text.split(',').map((text) => servicePort(line, word, text)),
  );
  if (ports.length === 0 && !isHeadless && variant !== 'externalname') {
    mistake(line.command, `create service ${variant} needs --tcp=PORT:TARGETPORT`);
  }
  const target = line.options.get('external-name');
  if (variant === 'externalname' && target === undefined) {
    mistake(line.command, 'create service externalname needs --external-name=NAME');
  }
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { labels },
    spec: {
      type: SERVICE_TYPES[variant],
      selector: labels,
      ports,
      ...(address === undefined ? {} : { clusterIP: address }),
      ...(target === undefined ? {} : { externalName: target.text }),
    },
  };
}

/** `80:8080`, `80:http` or `80`; ports are named after themselves: `80-8080`. */
function servicePort(line: CommandLine, word: Word, text: string): object {
  const [portText = '', targetText = portText, ...more] = text.split(':');
  if (more.length > 0) mistake(word, `expected --tcp=PORT:TARGETPORT, got ${shown(word.text)}`);
  const port = wholeNumber({ ...word, text: portText }, '--tcp', 1);
  const targetPort = /^\d+$/.test(targetText) ? Number(targetText) : targetText;
  const nodePort = optionCount(line, 'node-port', 0);
  const name = targetText === portText && !text.includes(':') ? portText : `${portText}-${targetText}`;
  return { name, port, protocol: 'TCP', targetPort, ...(nodePort === 0 ? {} : { nodePort }) };
}

function quota(line: CommandLine): object {
  const hard = line.options.get('hard');
  const scopes = line.options.get('scopes');
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    spec: {
      ...(hard === undefined ? {} : { hard: labelPairs(hard) }),
      ...(scopes === undefined ? {} : { scopes: scopes.text.split(',') }),
    },
  };
}

function disruptionBudget(line: CommandLine): object {
  const selector = line.options.get('selector');
  if (selector === undefined) mistake(line.command, 'create poddisruptionbudget needs --selector=KEY=VALUE');
  const minimum = line.options.get('min-available');
  const maximum = line.options.get('max-unavailable');
  if (minimum === undefined && maximum === undefined) {
    mistake(line.command, 'create poddisruptionbudget needs --min-available or --max-unavailable');
  }
  if (minimum !== undefined && maximum !== undefined) mistake(maximum, 'either --min-available or --max-unavailable');
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    spec: {
      selector: { matchLabels: labelPairs(selector) },
      ...(minimum === undefined ? {} : { minAvailable: numberOrPercent(minimum) }),
      ...(maximum === undefined ? {} : { maxUnavailable: numberOrPercent(maximum) }),
    },
  };
}

function numberOrPercent(word: Word): number | string {
  return word.text.endsWith('%') ? word.text : wholeNumber(word, 'a number of pods', 0);
}

function priorityClass(line: CommandLine): object {
  const value = line.options.get('value');
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    value: value === undefined ? 0 : wholeNumber(value, '--value', -2_147_483_648),
    globalDefault: optionFlag(line, 'global-default'),
    preemptionPolicy: optionText(line, 'preemption-policy', 'PreemptLowerPriority'),
    description: optionText(line, 'description', ''),
  };
}

function configMap(line: CommandLine): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', data: Object.fromEntries(pairsOf(line, 'from-literal')) };
}

function secret(line: CommandLine): object {
  const data = Object.fromEntries(pairsOf(line, 'from-literal'));
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', stringData: data };
}
