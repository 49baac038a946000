import type { FileAccess } from '../scenario/files.js';
import { type LoadOptions as AllOptions, type LoadResult, loadScenario as load } from '../scenario/load.js';
import { type ValidationResult, validateFile as validate } from '../scenario/validate.js';
import { knownParameters } from './parameters.js';

export type LoadOptions = Omit<AllOptions, 'knownParameters'>;

/** Reads a scenario and everything that it names, for a run. All mistakes come at once, as diagnostics; none is thrown. */
export function loadScenario(path: string, access: FileAccess, options: LoadOptions = {}): LoadResult {
  return load(path, access, { ...options, knownParameters: knownParameters() });
}

/** Checks a file of any kind that the simulator takes: a scenario, Kubernetes manifests, a CSV trace. */
export function validateFile(path: string, access: FileAccess, options: LoadOptions = {}): ValidationResult {
  return validate(path, access, { ...options, knownParameters: knownParameters() });
}
