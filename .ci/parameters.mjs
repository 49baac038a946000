// Prints docs/parameters.md: every name that `cluster.parameters` knows, from the code itself.
import { readFileSync } from 'node:fs';
import { API_PRESETS } from '../dist/cluster/api/parameters.js';
import { STORAGE_PARAMETERS } from '../dist/cluster/controllers/storage-driver/parameters.js';
import { NODE_PRESETS } from '../dist/cluster/nodes/parameters.js';
import { SCHEDULER_PRESETS } from '../dist/cluster/scheduler/parameters.js';
import { knownParameters } from '../dist/experiment/parameters.js';
import { formatDuration } from '../dist/kernel/duration.js';
import { NETWORK_PRESETS } from '../dist/network/parameters.js';

const MAIN = 'managed';
const ROOMS = [
  ['api', 'Control plane', API_PRESETS, ['cluster/api/parameters.ts']],
  ['scheduler', 'Scheduler', SCHEDULER_PRESETS, ['cluster/scheduler/parameters.ts', 'cluster/scheduler/backoff.ts']],
  ['nodes', 'Nodes', NODE_PRESETS, ['cluster/nodes/parameters.ts']],
  ['network', 'Network', NETWORK_PRESETS, ['network/parameters.ts']],
  ['storage', 'Disks', { [MAIN]: STORAGE_PARAMETERS }, ['cluster/controllers/storage-driver/parameters.ts']],
];

/** What the comments of the interfaces say of each field; a field without one shares that of the field before it. */
function described(files) {
  const texts = new Map();
  let text = '';
  for (const file of files) {
    for (const match of readFileSync(`src/${file}`, 'utf8').matchAll(/\/\*\*([\s\S]*?)\*\/|^ {2}readonly (\w+):/gm)) {
      if (match[2] === undefined) text = match[1].replace(/\s*\n\s*\*\s*/g, ' ').trim();
      else texts.set(match[2], text);
    }
  }
  return texts;
}

const rounded = (value) => Number(value.toPrecision(6));

/** As it would be written in a scenario. */
function written(value) {
  if (typeof value !== 'object') return String(value);
  const us = (number) => formatDuration(rounded(number));
  switch (value.type) {
    case 'constant':
      return us(value.value);
    case 'uniform':
      return `uniform(${us(value.minimum)}, ${us(value.maximum)})`;
    case 'exponential':
      return `exponential(${us(value.mean)})`;
    case 'lognormal':
      return `lognormal(median=${us(Math.exp(value.mu))}, sigma=${rounded(value.sigma)})`;
    case 'mixture':
      return `mixture(${value.parts.map((part, index) => `${rounded(100 * value.weights[index])}% ${written(part)}`).join(', ')})`;
    default:
      throw new Error(`no form for ${value.type}`);
  }
}

function row(known, room, presets, texts, name) {
  const main = written(presets[MAIN][name]);
  const others = Object.entries(presets)
    .filter(([preset, values]) => preset !== MAIN && written(values[name]) !== main)
    .map(([preset, values]) => `${preset}: \`${written(values[name])}\``);
  const written_name = known.has(name) ? name : `${room}.${name}`;
  const cells = [`\`${written_name}\``, known.get(written_name), texts.get(name) ?? '', `\`${main}\``, others.join('<br>')];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const known = knownParameters();
const sections = ROOMS.map(([room, title, presets, files]) => {
  const texts = described(files);
  const names = Object.keys(presets[MAIN]).filter((name) => known.has(`${room}.${name}`));
  const rows = names.map((name) => row(known, room, presets, texts, name));
  return [`## ${title}`, '', '| parameter | kind | what it is | managed | other presets |', '| --- | --- | --- | --- | --- |', ...rows, ''].join('\n');
});
console.log(`# Parameters of the cluster

What \`cluster.parameters\` of a scenario may replace, with the values of the presets (\`cluster.preset\`) and where they come from. Made by
\`node .ci/parameters.mjs\` from the code; a test holds it.

\`\`\`yaml
cluster:
  preset: managed
  parameters:
    fsync: lognormal(p50=2ms, p99=20ms) # a duration or a distribution of durations
    api.watchDelivery: 5ms # two rooms have one of this name: the room stands before it
    qps: 50
\`\`\`

A name that ends in \`Us\` is a number of microseconds. Kinds: a \`distribution\` is a duration (\`1.5ms\`, \`2s\`, \`5m\`) or one of
\`constant(VALUE)\`, \`uniform(MIN, MAX)\`, \`exponential(MEAN)\`, \`normal(mean=, sd=)\`, \`lognormal(p50=, p99=)\` (any two percentiles, \`mean=, sd=\` or
\`median=, sigma=\`), \`gamma(mean=, sd=)\`, \`weibull(scale=, shape=)\`, \`pareto(min=, shape=, max=)\`, \`mixture(90% ..., 10% ...)\`,
\`empirical(FILE.csv)\`; a \`number\` is 0 or more, a \`rate\` above 0, a \`count\` a whole number above 0, a \`share\` between 0 and 1.

${sections.join('\n').trimEnd()}`);
