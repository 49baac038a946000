import type { AllocatedDevice, AllocationResult, NodeSelector, ResourceClaim } from '../../api/objects/devices.js';
import type { NodeSelectorRequirement } from '../../api/objects/pod.js';
import { formatQuantity } from '../../api/quantity.js';
import { sameData } from '../../api/patch.js';
import type { Amounts } from './device-state.js';
import type { Candidate, Wanted } from './wanted.js';

export interface TakenDevice {
  readonly wanted: Wanted;
  readonly candidate: Candidate;
  /** Undefined: the device is the claim's alone. */
  readonly consumed: Amounts | undefined;
}

/** What is written into the status of a claim. Source: allocator_incubating.go: Allocate. */
export function allocationOf(claim: ResourceClaim, taken: readonly TakenDevice[], nodeName: string): AllocationResult {
  const config = configOf(claim, taken);
  const nodeSelector = nodeSelectorOf(taken, nodeName);
  return {
    devices: {
      results: taken.map((device, index) => resultOf(device, `${claim.metadata.uid}-${index}`)),
      ...(config.length === 0 ? {} : { config }),
    },
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
  };
}

/** The real share ID is a random one. */
function resultOf({ wanted, candidate, consumed }: TakenDevice, shareID: string): AllocatedDevice {
  const { name, wish } = wanted;
  const { pool, device } = candidate;
  const amounts = [...(consumed ?? [])].map(([capacity, nano]) => [
    capacity,
    formatQuantity({ nano, format: 'BinarySI', isBig: false }),
  ]);
  return {
    request: name,
    driver: pool.driver,
    pool: pool.name,
    device: device.name,
    ...(wish.adminAccess === true ? { adminAccess: true } : {}),
    ...(wish.tolerations === undefined ? {} : { tolerations: wish.tolerations }),
    ...(consumed === undefined ? {} : { shareID, consumedCapacity: Object.fromEntries(amounts) }),
  };
}

type Config = NonNullable<AllocationResult['devices']['config']>[number];

/** What classes say comes first, each class once for all requests that it serves. */
function configOf({ spec }: ResourceClaim, taken: readonly TakenDevice[]): Config[] {
  const chosen = new Map(taken.map(({ wanted }) => [wanted.name, wanted.deviceClass] as const));
  const ofClasses = [...new Set(chosen.values())].flatMap(({ metadata, spec: { config = [] } }) => {
    const requests = [...chosen].filter(([, other]) => other.metadata.name === metadata.name).map(([name]) => name);
    return config.map(
      ({ opaque }): Config => ({ source: 'FromClass', requests, ...(opaque === undefined ? {} : { opaque }) }),
    );
  });
  const names = [...chosen.keys()];
  const ofClaim = (spec.devices.config ?? []).flatMap(({ requests = [], opaque }): Config[] => {
    const entry: Config = { source: 'FromClaim', requests, ...(opaque === undefined ? {} : { opaque }) };
    if (requests.length === 0) return [entry];
    const meant = names.filter((name) => requests.includes(name) || requests.includes(name.split('/')[0]!));
    return meant.map(() => entry);
  });
  return [...ofClasses, ...ofClaim];
}

/** The nodes from where all of the devices can be used; undefined: all nodes. Source: createNodeSelector. */
function nodeSelectorOf(taken: readonly TakenDevice[], nodeName: string): NodeSelector | undefined {
  const matchFields: NodeSelectorRequirement[] = [];
  const matchExpressions: NodeSelectorRequirement[] = [];
  for (const { candidate } of taken) {
    const { slice, device } = candidate;
    const choice = slice.spec.perDeviceNodeSelection === true ? device : slice.spec;
    if ((choice.nodeName ?? '') !== '' || device.bindsToNode === true) return thisNode(nodeName);
    const [term] = choice.nodeSelector?.nodeSelectorTerms ?? [];
    addNew(term?.matchFields, matchFields);
    addNew(term?.matchExpressions, matchExpressions);
  }
  if (matchFields.length + matchExpressions.length === 0) return undefined;
  return {
    nodeSelectorTerms: [
      {
        ...(matchFields.length === 0 ? {} : { matchFields }),
        ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
      },
    ],
  };
}

function thisNode(nodeName: string): NodeSelector {
  return {
    nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] }],
  };
}

function addNew(requirements: readonly NodeSelectorRequirement[] = [], into: NodeSelectorRequirement[]): void {
  for (const requirement of requirements)
    if (!into.some((other) => sameData(other, requirement))) into.push(requirement);
}
