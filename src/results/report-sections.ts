import type { Answer } from './answer.js';
import { byText, rows } from './columns.js';
import { formatAvailability, formatClock, formatCount, formatDuration, formatNumber, formatPlural } from './format.js';
import { escapeHtml, htmlTable } from './html.js';
import type { ExpectationOutcome, RecordedTables, RunIdentity } from './identity.js';
import { costWords, rolloutWords, summaryTables } from './summary-table.js';
import { updatesOf, type RunSummary } from './summary.js';

/** Kinds of events listed; the others are in the tables. */
const MOST_EVENT_KINDS = 15;
/** Columns that a phone does without. */
const MINOR_COLUMNS = new Set(['per second', 'availability', 'retries', 'p90', 'p99.9', 'source', 'first']);

export function section(title: string, content: string): string {
  return content === '' ? '' : `<section><h2>${escapeHtml(title)}</h2>\n${content}</section>`;
}

/** Name, verdict and answer: what most readers came for. */
export function head(
  kind: string,
  name: string,
  detail: string,
  answer: Answer,
  verdict: '' | 'pass' | 'fail',
): string {
  const sign =
    verdict === 'pass'
      ? '<span aria-hidden="true">✓</span>'
      : verdict === 'fail'
        ? '<span aria-hidden="true">✗</span>'
        : '';
  const sentences = answer.sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`);
  return `<header><p class="eyebrow">${escapeHtml(kind)}</p><h1>${escapeHtml(name)}</h1><p class="eyebrow">${escapeHtml(detail)}</p>
<p class="verdict ${verdict}">${sign}<span>${escapeHtml(answer.headline)}</span></p>
<div class="lead">${sentences.join('\n')}</div></header>`;
}

interface Card {
  readonly name: string;
  readonly value: string;
  readonly hint: string;
}

export function keyFigures(summary: RunSummary): string {
  const { traffic, startup } = summary;
  const cards: Card[] = [];
  if (traffic.requests > 0) {
    const lost = traffic.lost === 0 ? 'none lost' : `${formatCount(traffic.lost)} lost`;
    cards.push({
      name: 'Availability',
      value: formatAvailability(traffic.availability),
      hint: `${formatCount(traffic.requests)} requests, ${lost}`,
    });
  }
  for (const source of summary.sources.slice(0, 2)) {
    const hint = `p50 ${formatDuration(source.p50Seconds)}, p90 ${formatDuration(source.p90Seconds)}`;
    cards.push({ name: `p99 of ${source.name}`, value: formatDuration(source.p99Seconds), hint });
  }
  const updates = updatesOf(summary).slice(0, 2);
  for (const rollout of updates) {
    const revision = updates[0]!.workload === updates[1]?.workload ? ` to ${rollout.revision}` : '';
    cards.push({
      name: `Rollout of ${rollout.workload.slice(rollout.workload.lastIndexOf('/') + 1)}${revision}`,
      value: rolloutWords(rollout),
      hint: `${formatCount(rollout.lost)} lost meanwhile`,
    });
  }
  for (const recovery of summary.recoveries.slice(0, 2)) {
    const value = recovery.recoverySeconds === null ? 'not yet' : formatDuration(recovery.recoverySeconds);
    const hint = `noticed after ${formatDuration(recovery.detectionSeconds)}`;
    cards.push({ name: `Recovery from ${recovery.subject}`, value, hint });
  }
  if (startup.ready.pods > 0) {
    const hint = `p50 ${formatDuration(startup.ready.p50Seconds)}, ${formatPlural(startup.ready.pods, 'pod')}`;
    cards.push({ name: 'Pod start-up, p99', value: formatDuration(startup.ready.p99Seconds), hint });
  }
  if (summary.restarts > 0) cards.push({ name: 'Container restarts', value: formatCount(summary.restarts), hint: '' });
  if (summary.pools.length > 0) {
    const hours = summary.pools.reduce((sum, pool) => sum + pool.nodeHours, 0);
    cards.push({ name: 'Cost', value: costWords(summary), hint: `${formatNumber(hours)} node hours` });
  }
  return cardList(cards);
}

function cardList(cards: readonly Card[]): string {
  const items = cards.map(({ name, value, hint }) => {
    const below = hint === '' ? '' : `<span class="hint">${escapeHtml(hint)}</span>`;
    return `<div class="card"><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}${below}</dd></div>`;
  });
  return items.length === 0 ? '' : `<dl class="cards">${items.join('\n')}</dl>`;
}

export function expectationList(expectations: readonly ExpectationOutcome[]): string {
  if (expectations.length === 0) return '';
  const items = expectations.map((outcome) => {
    const mark = outcome.verdict === 'pass' ? '✓ held' : '✗ not met';
    const explain =
      outcome.explain === ''
        ? ''
        : `<span class="explain">To see why: <code>${escapeHtml(outcome.explain)}</code></span>`;
    const seen = `seen ${outcome.seen}${outcome.when === '' ? '' : `, ${outcome.when}`}`;
    return `<li class="${outcome.verdict}"><span class="mark">${mark}</span><code>${escapeHtml(outcome.text)}</code><span class="seen">${escapeHtml(seen)}</span>${explain}</li>`;
  });
  return `<ul class="panel expectations">${items.join('\n')}</ul>`;
}

export function figureTables(summary: RunSummary): string {
  const panels = summaryTables(summary).map((table) => `<div class="panel">${htmlTable(table, MINOR_COLUMNS)}</div>`);
  return panels.join('\n');
}

interface EventKind {
  readonly type: string;
  readonly reason: string;
  readonly source: string;
  readonly first: number;
  readonly object: string;
  readonly message: string;
  count: number;
}

/** Kubernetes Events by reason: warnings first, then the rarest, which say more than the hundredth "Pulled". */
export function notableEvents(tables: RecordedTables): string {
  const kinds = new Map<string, EventKind>();
  const shape = {
    time_s: 'number',
    source: 'text',
    kind: 'text',
    name: 'text',
    type: 'text',
    reason: 'text',
    message: 'text',
  } as const;
  for (const event of rows(tables, 'events', shape)) {
    const key = `${event.type!} ${event.reason!}`;
    const known = kinds.get(key);
    if (known !== undefined) known.count += 1;
    else {
      const { type, reason, source, message } = event as {
        type: string;
        reason: string;
        source: string;
        message: string;
      };
      kinds.set(key, {
        type,
        reason,
        source,
        message,
        first: event.time_s!,
        object: `${event.kind!} ${event.name!}`,
        count: 1,
      });
    }
  }
  if (kinds.size === 0) return '';
  const sorted = [...kinds.values()].sort(
    (left, right) =>
      Number(right.type === 'Warning') - Number(left.type === 'Warning') ||
      left.count - right.count ||
      byText(left.reason, right.reason),
  );
  const shown = sorted.slice(0, MOST_EVENT_KINDS);
  const table = htmlTable(
    {
      title: 'Kubernetes events',
      columns: [
        { name: 'reason', figures: false },
        { name: 'count', figures: true },
        { name: 'first', figures: true },
        { name: 'source', figures: false },
        { name: 'for example', figures: false },
      ],
      rows: shown.map((kind) => [
        kind.type === 'Warning' ? `⚠ ${kind.reason}` : kind.reason,
        formatCount(kind.count),
        formatClock(kind.first),
        kind.source,
        `${kind.object}: ${kind.message}`,
      ]),
    },
    MINOR_COLUMNS,
  );
  const more = sorted.length - shown.length;
  const rest = more > 0 ? `<p class="quiet">${formatPlural(more, 'more reason')} in tables/events.</p>` : '';
  return `<div class="panel events">${table}${rest}</div>`;
}

export function noteList(notes: readonly string[]): string {
  if (notes.length === 0) return '';
  return `<div class="panel"><ul class="notes">${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('\n')}</ul></div>`;
}

/** What went in, and how to get the same again. */
export function inputFacts(identity: RunIdentity): string {
  const parameters = Object.entries(identity.parameters).map(([name, value]) => `${name}=${String(value)}`);
  return factPanel(identity.command, [
    ['seed', identity.seed],
    ['digest of the run', identity.digest],
    ['events played', formatCount(identity.events)],
    ['scenario, SHA-256', identity.scenarioDigest],
    ['latency preset', identity.preset],
    ['parameters', parameters.length === 0 ? 'none' : parameters.join(', ')],
    ['duration', `${formatClock(identity.durationSeconds)}, of which ${formatClock(identity.warmupSeconds)} warm-up`],
    ['wavetank', `${identity.version}, model ${identity.modelVersion}`],
  ]);
}

export function factPanel(command: string, facts: readonly (readonly [string, string])[]): string {
  const list = facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd><code>${escapeHtml(value)}</code></dd>`);
  return `<div class="panel"><p class="quiet">The same command gives the same digest on every machine:</p><pre><code>${escapeHtml(command)}</code></pre><dl class="facts">${list.join('\n')}</dl></div>`;
}
