import { colours } from '../../src/cli/colours.js';
import type { Engine } from '../../src/cli/engine.js';
import type { Io } from '../../src/cli/io.js';
import { main } from '../../src/cli/program.js';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  readonly engine?: Partial<Engine>;
  readonly isErrTerminal?: boolean;
  readonly stdin?: string;
  readonly isInterrupted?: () => boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the command line as the shell would, without a process. */
export async function wavetank(argv: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  let out = '';
  let err = '';
  const { engine = {}, isErrTerminal = false, stdin = '', isInterrupted = () => false, env = {} } = surroundings;
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    outColours: colours({ isTTY: false }, env),
    errColours: colours({ isTTY: isErrTerminal }, env),
    isErrTerminal,
    isInTerminal: false,
    columns: 100,
    readStdin: () => new TextEncoder().encode(stdin),
    isInterrupted,
  };
  const code = await main(argv, io, async () => engine as Engine);
  return { code, out, err };
}
