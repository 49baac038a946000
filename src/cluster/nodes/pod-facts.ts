import type { StringMap } from '../api/objects/meta.js';
import type { Container, Pod } from '../api/objects/pod.js';
import { podRequests, resourceNumbers } from '../api/pod-resources.js';
import { milliValue } from '../api/quantity.js';
import { matchesSelector } from '../api/selectors.js';
import type { WorkloadBehaviour } from './workload.js';

/** What follows from a pod's template. */
export interface PodFacts {
  readonly milliCpu: number;
  readonly memoryBytes: number;
  /** 0 = a regular container has no limit. */
  readonly cpuLimitMilli: number;
  /** Index of the first behaviour that matches, -1: none. */
  readonly behaviour: number;
}

interface Remembered {
  readonly labels: StringMap | undefined;
  readonly init: readonly Container[] | undefined;
  readonly behaviours: readonly WorkloadBehaviour[];
  readonly facts: PodFacts;
}

/** Pods of one template share its parts, so what follows from them is worked out once. A memory of results, not state. */
const remembered = new WeakMap<readonly Container[], Remembered>();

export function podFacts(pod: Pod, behaviours: readonly WorkloadBehaviour[]): PodFacts {
  const { containers, initContainers: init } = pod.spec;
  const { labels } = pod.metadata;
  const known = remembered.get(containers);
  if (known?.labels === labels && known?.init === init && known?.behaviours === behaviours) return known.facts;
  const { milliCpu, memory } = resourceNumbers(podRequests(pod.spec));
  const facts = {
    milliCpu,
    memoryBytes: memory,
    cpuLimitMilli: cpuLimitMilli(pod),
    behaviour: behaviours.findIndex((behaviour) => matches(behaviour, pod)),
  };
  remembered.set(containers, { labels, init, behaviours, facts });
  return facts;
}

function cpuLimitMilli({ spec }: Pod): number {
  const podLimit = spec.resources?.limits?.['cpu'];
  if (podLimit !== undefined) return milliValue(podLimit);
  let sum = 0;
  for (const { resources } of spec.containers) {
    const limit = resources?.limits?.['cpu'];
    if (limit === undefined) return 0;
    sum += milliValue(limit);
  }
  return sum;
}

function matches({ selector, images }: WorkloadBehaviour, pod: Pod): boolean {
  if (!matchesSelector(selector, pod.metadata.labels)) return false;
  return (
    images.length === 0 || pod.spec.containers.some(({ image }) => images.some((text) => globMatches(text, image)))
  );
}

/** `*` stands for any text. */
export function globMatches(pattern: string, text: string): boolean {
  const [head, ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  if (!text.startsWith(head!)) return false;
  const tail = rest.pop()!;
  let position = head!.length;
  for (const part of rest) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.length - tail.length >= position && text.endsWith(tail);
}
