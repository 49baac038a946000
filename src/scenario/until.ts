import { formatDuration } from '../kernel/duration.js';
import type { Micros } from '../kernel/time.js';
import type { Report } from './diagnostics.js';
import type { When } from './expectations.js';
import type { Scenario } from './types.js';

/**
 * A scenario without what lies behind its end, for `--until`: later commands and expectations of later times are left out,
 * with a note. A scenario that plays to its own end stays as it is.
 */
export function endingAt(scenario: Scenario, report: Report): Scenario {
  const { durationUs } = scenario;
  const timeline = scenario.timeline.filter(({ atUs }) => atUs <= durationUs);
  const expectations = scenario.expectations.filter(({ when }) => lastMoment(when, scenario) <= durationUs);
  const left = [
    ...scenario.timeline.filter((entry) => !timeline.includes(entry)),
    ...scenario.expectations.filter((expectation) => !expectations.includes(expectation)),
  ];
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
