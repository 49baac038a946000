import { formatDuration } from '../kernel/duration.js';
import type { Micros } from '../kernel/time.js';
import type { Command } from './commands.js';
import type { Report } from './diagnostics.js';
import type { Figure, When } from './expectations.js';
import type { Scenario } from './types.js';

/**
 * A scenario without what lies behind its end, for `--until`: later commands and expectations of later times are left out,
 * with a note. A scenario that plays to its own end stays as it is.
 */
export function endingAt(scenario: Scenario, report: Report): Scenario {
  const { durationUs } = scenario;
  const timeline = scenario.timeline.filter(({ atUs }) => atUs <= durationUs);
  const dropped = scenario.timeline.filter((entry) => !timeline.includes(entry));
  const expectations = scenario.expectations.filter(
    ({ when, figure }) =>
      lastMoment(when, scenario) <= durationUs && !dropped.some(({ command }) => isCauseOf(command, figure)),
  );
  const left = [...dropped, ...scenario.expectations.filter((expectation) => !expectations.includes(expectation))];
  if (left.length > 0) {
    const [first] = left;
    report.diagnostics.push({
      code: 'semantic',
      severity: 'warning',
      path: first!.position.file,
      line: first!.position.line,
      column: first!.position.column,
      length: 1,
      field: '',
      message: `left out, as the run ends at ${formatDuration(durationUs)}: ${left
        .map(({ text }) => text)
        .join('; ')
        .slice(0, 300)}`,
      hint: '',
    });
  }
  const traffic = scenario.traffic.map((source) => {
    const untilUs = Math.min(source.untilUs, durationUs);
    return { ...source, untilUs, fromUs: Math.min(source.fromUs, untilUs) };
  });
  return { ...scenario, timeline, expectations, traffic };
}

/** Whether a figure measures what a command sets off: without the one there is nothing of the other. */
function isCauseOf(command: Command, figure: Figure): boolean {
  if (figure.of === 'recovery') {
    const name = 'node' in command ? command.node : 'zone' in command ? command.zone : undefined;
    return name === figure.name;
  }
  if (figure.of !== 'rollout-duration' || !('target' in command) || command.target.by !== 'name') return false;
  return command.target.references.some(({ kind, name }) => kind === figure.object.kind && name === figure.object.name);
}

/** The last moment that an expectation must have seen. */
function lastMoment(when: When, scenario: Scenario): Micros {
  switch (when.kind) {
    case 'at':
      return when.atUs;
    case 'between':
      return when.untilUs;
    case 'within':
      return scenario.timeline[when.entry]!.atUs;
    default:
      return 0;
  }
}
