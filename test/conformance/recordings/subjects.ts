import type { Recording } from './recording.js';
import { objectsOf } from './recording.js';

/** What a recording is about, as its cluster, its script and its objects say; undefined: workloads. The verdict names it. */
export function subjectOf(recording: Recording): string | undefined {
  const { nodes, ran, timeline } = recording;
  if (nodes.cpu === 'hollow') return 'hollow kubelets';
  const applied = ran.flatMap(({ arg }) => /^apply -f (\S+)$/.exec(arg)?.[1] ?? []);
  const objects = applied.flatMap((file) => objectsOf(recording, file));
  if (objects.some(({ kind }) => kind === 'HorizontalPodAutoscaler')) return 'HPA';
  const failures = ['kubelet-fail', 'node-remove'];
  const isTainted = ran.some(({ arg }) => /^taint node \S+ \S+:NoExecute/.test(arg));
  if (isTainted || ran.some(({ do: verb }) => failures.includes(verb))) return 'node failures';
  const isUnschedulable = timeline.some(({ kind, reason }) => kind === 'Event' && reason === 'FailedScheduling');
  return isUnschedulable ? 'scheduling in depth' : undefined;
}
