import { parseQuantity } from '../cluster/api/quantity.js';
import { type CommandLine, optionChoice, optionCount, optionText, wholeNumber } from './command-line.js';
import type { AutoscaleMetric, KubectlCommand } from './commands.js';
import { shown } from './diagnostics.js';
import { labelPairs } from './generated-object.js';
import { oneTarget } from './kubectl-targets.js';
import { mistake, type Word } from './shell-words.js';

export const EXPOSE_OPTIONS = {
  name: 'value',
  port: 'value',
  'target-port': 'value',
  protocol: 'value',
  type: 'value',
  'cluster-ip': 'value',
  selector: 'value',
  labels: 'value',
} as const;

export const AUTOSCALE_OPTIONS = {
  name: 'value',
  min: 'value',
  max: 'value',
  'cpu-percent': 'value',
  cpu: 'value',
  memory: 'value',
} as const;

/** `expose KIND/NAME --port=80`: a Service for the pods of something. Source: kubectl v0.36.3 pkg/cmd/expose/expose.go. */
export function readExpose(line: CommandLine): KubectlCommand {
  const { options } = line;
  const selector = options.get('selector');
  const labels = options.get('labels');
  const target = oneTarget({ ...line, options: new Map([...options].filter(([name]) => name !== 'selector')) });
  const targetPort = options.get('target-port')?.text;
  return {
    do: 'expose',
    target,
    name: optionText(line, 'name', ownName(target)),
    ports: portsOf(options.get('port')),
    targetPort: targetPort === undefined ? null : /^\d+$/.test(targetPort) ? Number(targetPort) : targetPort,
    protocol: optionChoice(line, 'protocol', ['TCP', 'UDP', 'SCTP'], 'TCP'),
    type: optionChoice(line, 'type', ['ClusterIP', 'NodePort', 'LoadBalancer'], 'ClusterIP'),
    clusterIP: optionText(line, 'cluster-ip', ''),
    selector: selector === undefined ? null : labelPairs(selector),
    labels: labels === undefined ? null : labelPairs(labels),
  };
}

function ownName(target: ReturnType<typeof oneTarget>): string {
  return target.by === 'name' ? target.references[0]!.name : '';
}

function portsOf(word: Word | undefined): readonly number[] {
  if (word === undefined) return [];
  return word.text.split(',').map((text) => wholeNumber({ ...word, text }, '--port', 1));
}

/** `autoscale KIND/NAME --max=COUNT --cpu=PERCENT%`. Source: kubectl v0.36.3 pkg/cmd/autoscale/autoscale.go. */
export function readAutoscale(line: CommandLine): KubectlCommand {
  const target = oneTarget(line);
  const maximum = line.options.get('max');
  if (maximum === undefined) mistake(line.command, 'autoscale needs --max=COUNT');
  const maxReplicas = wholeNumber(maximum, '--max', 1);
  const minReplicas = optionCount(line, 'min', 1, 1);
  if (minReplicas > maxReplicas) mistake(maximum, `--max=${maxReplicas} is less than --min=${minReplicas}`);
  const metrics = [
    ...metricOf('cpu', line.options.get('cpu') ?? line.options.get('cpu-percent')),
    ...metricOf('memory', line.options.get('memory')),
  ];
  // The server takes none of these without a metric: "empty input".
  if (metrics.length === 0) mistake(line.command, 'autoscale needs --cpu=PERCENT% or --memory=PERCENT%');
  return {
    do: 'autoscale',
    target,
    name: optionText(line, 'name', ownName(target)),
    minReplicas,
    maxReplicas,
    metrics,
  };
}

/** `70%` (or, of old, 70) of what is requested, or a quantity such as `500m`. */
function metricOf(resource: AutoscaleMetric['resource'], word: Word | undefined): readonly AutoscaleMetric[] {
  if (word === undefined) return [];
  const text = word.text.replace(/%$/, '');
  if (/^\d+$/.test(text)) return [{ resource, percent: wholeNumber({ ...word, text }, `--${resource}`, 1) }];
  if (word.text.length > 50 || !parseQuantity(word.text).ok) {
    mistake(word, `expected a percentage such as 70%, or a quantity, got ${shown(word.text)}`);
  }
  return [{ resource, quantity: word.text }];
}
