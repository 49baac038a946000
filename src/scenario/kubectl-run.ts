import { type CommandLine, optionChoice, optionFlag, optionText, wholeNumber } from './command-line.js';
import type { KubectlCommand } from './commands.js';
import { generatedObject, labelPairs, overridden, pairsOf } from './generated-object.js';
import { mistake } from './shell-words.js';

export const RUN_OPTIONS = {
  image: 'value',
  port: 'value',
  labels: 'value',
  env: 'list',
  restart: 'value',
  command: 'flag',
  expose: 'flag',
  overrides: 'value',
  'image-pull-policy': 'value',
} as const;

/** `run NAME --image=IMAGE`: a bare pod, and a Service with `--expose`. Source: kubectl v0.36.3 pkg/cmd/run/run.go, pkg/generate/versioned/run.go. */
export function readRun(line: CommandLine): KubectlCommand {
  const [name, ...args] = line.rest;
  if (name === undefined) mistake(line.command, 'expected run NAME --image=IMAGE');
  const image = line.options.get('image');
  if (image === undefined) mistake(line.command, 'run needs --image=IMAGE');
  if (image.text === '') mistake(image, '--image is empty');
  const namespace = optionText(line, 'namespace', 'default');
  const given = line.options.get('labels');
  const labels = given === undefined ? { run: name.text } : labelPairs(given);
  const metadata = { name: name.text, namespace, labels };
  const port = portOf(line);
  const words = [...args, ...line.inside].map(({ text }) => text);
  const pullPolicy = optionText(line, 'image-pull-policy', '');
  const env = pairsOf(line, 'env').map(([key, value]) => ({ name: key, value }));
  const container = {
    name: name.text,
    image: image.text,
    ...(words.length === 0 ? {} : { [optionFlag(line, 'command') ? 'command' : 'args']: words }),
    ...(env.length === 0 ? {} : { env }),
    ...(port === undefined ? {} : { ports: [{ containerPort: port }] }),
    ...(pullPolicy === '' ? {} : { imagePullPolicy: pullPolicy }),
  };
  const restartPolicy = optionChoice(line, 'restart', ['Always', 'OnFailure', 'Never'], 'Always');
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers: [container], dnsPolicy: 'ClusterFirst', restartPolicy },
  };
  const objects = [generatedObject(line.options.get('overrides') ?? name, overridden(pod, line))];
  if (optionFlag(line, 'expose')) {
    if (port === undefined) mistake(line.options.get('expose')!, '--expose needs --port=PORT');
    const ports = [{ port, protocol: 'TCP', targetPort: port }];
    const spec = { selector: labels, ports };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: name.text, namespace }, spec };
    objects.push(generatedObject(name, service));
  }
  return { do: 'create', objects, failure: '' };
}

function portOf(line: CommandLine): number | undefined {
  const word = line.options.get('port');
  return word === undefined ? undefined : wholeNumber(word, '--port', 1);
}
