import { type LoadOptions, loadScenario } from '../experiment/load.js';
import type { Diagnostic } from '../scenario/diagnostics.js';
import type { InputFile } from '../scenario/files.js';
import type { SourceText } from '../scenario/text.js';
import type { Scenario } from '../scenario/types.js';
import { CommandError, EXIT } from './exit-codes.js';
import { fileAccess, folderFault } from './files.js';
import type { Io } from './io.js';
import { countDiagnostics } from './print-diagnostics.js';

/** Diagnostics on their way to the user. */
export class InputError extends CommandError {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, SourceText>;

  constructor(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, SourceText>) {
    super(EXIT.usage, countDiagnostics(diagnostics));
    this.diagnostics = diagnostics;
    this.sources = sources;
  }
}

export interface Loaded {
  readonly scenario: Scenario;
  readonly inputs: readonly InputFile[];
  /** Its warnings: they belong into the results. */
  readonly notes: readonly string[];
}

/** Loads a scenario for playing; throws what is wrong with it. */
export function loadForPlay(io: Io, file: string, options: LoadOptions): Loaded {
  const folder = folderFault(file);
  if (folder !== undefined) throw new CommandError(EXIT.usage, folder.message, folder.hint);
  const { scenario, diagnostics, sources, inputs } = loadScenario(file, fileAccess(io), options);
  if (scenario === undefined) throw new InputError(diagnostics, sources);
  return {
    scenario,
    inputs,
    notes: diagnostics.map(({ message, hint }) => (hint === '' ? message : `${message}; ${hint}`)),
  };
}
