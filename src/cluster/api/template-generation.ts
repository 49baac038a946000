import type { DaemonSet } from './objects/workload.js';
import { sameData } from './patch.js';

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** The count of the template's changes as a DaemonSet carries it, and its pods as a label. */
export function templateGenerationOf({ metadata }: DaemonSet): string | undefined {
  return metadata.annotations?.[TEMPLATE_GENERATION];
}

/**
 * The server keeps the count: one more for a new template, whatever the client writes.
 * Source: kubernetes v1.36.3 pkg/registry/apps/daemonset/strategy.go: PrepareForUpdate.
 */
export function withTemplateGeneration(wanted: DaemonSet, current: DaemonSet): DaemonSet {
  const before = templateGenerationOf(current) ?? '1';
  const isNew = !sameData(wanted.spec.template, current.spec.template);
  const count = isNew ? String(Number(before) + 1) : before;
  const annotations = { ...wanted.metadata.annotations, [TEMPLATE_GENERATION]: count };
  return { ...wanted, metadata: { ...wanted.metadata, annotations } };
}
