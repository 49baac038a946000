import { type Context, shellQuote } from './context.js';

/** Says that this is a bug, and what to send so that somebody can find it. */
export function reportBug(error: unknown, context: Context): void {
  const { io, argv } = context;
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && error.stack !== undefined ? error.stack.split('\n').slice(1, 9) : [];
  const lines = [
    `${io.errColours.red('bug')}  wavetank failed: ${message}`,
    '',
    'This is a mistake in wavetank and not in your input. Please report it with the scenario and these lines:',
    '',
    `  command: ${['wavetank', ...argv].map(shellQuote).join(' ')}`,
    `  node:    ${process.version} on ${process.platform} ${process.arch}`,
    ...stack.map((line) => `  ${line.trim()}`),
  ];
  io.err(`${lines.join('\n')}\n`);
}
