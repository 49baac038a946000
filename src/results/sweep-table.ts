import type { Cell, ColumnDefinition, RecordedTable } from '../kernel/probe.js';
import type { SweepRun } from './sweep.js';

/** One row a run, in the plan's order: parameters, seed, every figure, digest. A figure that a run lacks is null. */
export function sweepTable(runs: readonly SweepRun[]): RecordedTable {
  const parameters = [...new Set(runs.flatMap((run) => Object.keys(run.parameters)))];
  const figures = [...new Set(runs.flatMap((run) => Object.keys(run.figures)))];
  const columns: { definition: ColumnDefinition; cells: Cell[] }[] = [];
  const put = (definition: ColumnDefinition, cellOf: (run: SweepRun, index: number) => Cell): void => {
    columns.push({ definition, cells: runs.map(cellOf) });
  };
  put({ name: 'run', type: 'integer', unit: '', description: 'place in the plan, from 0' }, (_run, index) => index);
  for (const name of parameters) {
    const numeric = runs.every((run) => isNumber(run.parameters[name]));
    put(
      { name: `parameter.${name}`, type: numeric ? 'number' : 'text', unit: '', description: `value of ${name}` },
      ({ parameters: { [name]: value } }) => (value === undefined ? null : numeric ? Number(value) : value),
    );
  }
  put({ name: 'seed', type: 'text', unit: '', description: 'seed of the run' }, (run) => run.seed);
  put(
    { name: 'verdict', type: 'text', unit: '', description: 'pass or fail of the expectations' },
    (run) => run.verdict,
  );
  put({ name: 'failed', type: 'text', unit: '', description: 'expectations that did not hold' }, (run) =>
    run.failed.join('; '),
  );
  for (const name of figures) {
    const definition: ColumnDefinition = { name, type: 'number', unit: unitOf(name), description: `figure ${name}` };
    put(definition, (run) => run.figures[name] ?? null);
  }
  put({ name: 'digest', type: 'text', unit: '', description: 'digest of the run' }, (run) => run.digest);
  put({ name: 'failure', type: 'text', unit: '', description: 'why the run did not end' }, (run) => run.failure);
  return {
    definition: { name: 'runs', description: 'Runs of a sweep', columns: columns.map(({ definition }) => definition) },
    columns: columns.map(({ cells }) => cells),
    rows: runs.length,
  };
}

/** Texts such as "25%" or "1Gi" stay texts, and so does what a number would not give back ("007"). */
function isNumber(value: string | undefined): boolean {
  return value !== undefined && value !== '' && String(Number(value)) === value && Number.isFinite(Number(value));
}

/** The unit that a figure's name ends with. */
export function unitOf(figure: string): string {
  if (figure.endsWith('_per_s')) return '1/s';
  if (figure.endsWith('_s')) return 's';
  return figure.endsWith('_usd') ? 'USD' : '';
}
