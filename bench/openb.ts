import { existsSync, readFileSync } from 'node:fs';
import type { NodeSelectorTerm, Pod } from '../src/cluster/api/objects/pod.js';
import type { Placement } from './scheduler-room.js';
import { nodeOf, podOf } from './scheduler-workloads.js';

/** Where the lists lie beside a clone; they are not part of the repository. */
const FOLDER = '../shared/data/openb-gpu-2023';
const NODES = `${FOLDER}/openb_node_list_all_node.csv`;
const PODS = `${FOLDER}/openb_pod_list_gpuspec33.csv`;

const GPU = 'nvidia.com/gpu';
const MODEL = 'nvidia.com/gpu.product';

/**
 * The Alibaba cluster of 2023 (Weng et al., "Beware of Fragmentation", USENIX ATC 2023; Apache-2.0): all its nodes, and
 * its pods in order of creation, a third of those with a GPU bound to certain models. Shares of a GPU count as one, as
 * Kubernetes has no others. Undefined: the lists are not there.
 */
export function openb(): Placement | undefined {
  if (!existsSync(NODES) || !existsSync(PODS)) return undefined;
  const nodes = rows(NODES).map(([name, milliCpu, mebibytes, gpus, model]) => {
    const amounts = { cpu: `${milliCpu}m`, memory: `${mebibytes}Mi`, pods: 110, [GPU]: Number(gpus) };
    return nodeOf(name!, amounts, { 'kubernetes.io/hostname': name!, ...(model === '' ? {} : { [MODEL]: model! }) });
  });
  return { nodes, pods: rows(PODS).map(podOfRow), owners: new Map() };
}

function podOfRow([name, milliCpu, mebibytes, gpus, , models]: readonly string[]): Pod {
  const requests = { cpu: `${milliCpu}m`, memory: `${mebibytes}Mi`, ...(gpus === '0' ? {} : { [GPU]: Number(gpus) }) };
  const containers = [{ name: 'task', image: 'task', resources: { requests } }];
  if (models === '') return podOf(name!, { containers });
  const term: NodeSelectorTerm = { matchExpressions: [{ key: MODEL, operator: 'In', values: models!.split('|') }] };
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } };
  return podOf(name!, { containers, affinity: { nodeAffinity: required } });
}

/** Lines of a list without quotes, below its heading. */
function rows(file: string): string[][] {
  const lines = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  return lines.slice(1).map((line) => line.split(','));
}
