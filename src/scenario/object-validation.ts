import type { KubernetesObject } from '../cluster/api/objects/meta.js';
import type { DiagnosticCode } from './diagnostics.js';

/** What is wrong with a field of a decoded object. */
export interface ObjectProblem {
  readonly code: DiagnosticCode;
  readonly field: string;
  readonly message: string;
}

export function validateObject(_object: KubernetesObject): readonly ObjectProblem[] {
  return [];
}
