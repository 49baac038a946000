import { allObjects, madePods } from './pod-templates.js';
import { type Scope, warnAt } from './scope.js';
import type { Scenario } from './types.js';

/** Warns of pods that ask for devices: dynamic resource allocation is not played, so that they get nodes that might have none. */
export function noteResourceClaims(scope: Scope, { manifests, timeline }: Scenario): void {
  for (const { maker, origin, spec } of madePods(allObjects(manifests, timeline))) {
    const { resourceClaims } = spec as { readonly resourceClaims?: readonly unknown[] };
    if (resourceClaims === undefined || resourceClaims.length === 0) continue;
    const subject = `${maker.kind.toLowerCase()}/${maker.metadata.name}`;
    const pods = maker.kind === 'Pod' ? 'it is' : 'they are';
    const message = `not played: pods with resourceClaims (${subject}), which dynamic resource allocation gives devices; ${pods} scheduled without a look at devices`;
    warnAt(scope, origin, 'reference', message);
  }
}
