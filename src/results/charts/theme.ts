import type { Spec } from './chart.js';

/**
 * Colours are CSS variables, so that one SVG serves light and dark pages. The series are those of Okabe and Ito, moved
 * towards one lightness for each scheme: told apart with every common colour blindness. No chart relies on them alone.
 */
const LIGHT = {
  '--surface': '#ffffff',
  '--ink': '#1c2733',
  '--ink-2': '#566474',
  '--grid': '#e3e8ee',
  '--shade': '#f1f4f7',
  '--series-1': '#1767b0',
  '--series-2': '#c8590b',
  '--series-3': '#0b8a68',
  '--series-4': '#a6488a',
  '--series-5': '#3ea0d9',
  '--series-6': '#b98a00',
  '--series-7': '#7a8796',
  '--good': '#0b7a5c',
  '--bad': '#bf3311',
} as const;

const DARK: Record<keyof typeof LIGHT, string> = {
  '--surface': '#161c24',
  '--ink': '#e6ebf1',
  '--ink-2': '#9aa8b8',
  '--grid': '#2a3441',
  '--shade': '#1d2530',
  '--series-1': '#5aa9ee',
  '--series-2': '#f08c46',
  '--series-3': '#3cc59b',
  '--series-4': '#dd8ec4',
  '--series-5': '#93cdf2',
  '--series-6': '#e3ba3f',
  '--series-7': '#8b98a8',
  '--good': '#45c79b',
  '--bad': '#ff7d5c',
};

function declarations(colours: Readonly<Record<string, string>>): string {
  return Object.entries(colours)
    .map(([name, colour]) => `${name}:${colour}`)
    .join(';');
}

/** The variables for both schemes, as CSS for `selector`. Paper gets the light ones. */
export function colourCss(selector: string): string {
  return (
    `${selector}{color-scheme:light dark;${declarations(LIGHT)}}` +
    `@media screen and (prefers-color-scheme:dark){${selector}{${declarations(DARK)}}}`
  );
}

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';

const INK = 'var(--ink)';
const QUIET = 'var(--ink-2)';

/** Colour of series number `index`, from 0; after the seventh they begin anew. */
export function seriesColour(index: number): string {
  return `var(--series-${(index % 7) + 1})`;
}

/** Dash patterns that tell lines apart where colours don't. */
export const DASHES: readonly (readonly number[])[] = [
  [1, 0],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [4, 4],
  [12, 3],
];

/** The look of all charts. */
export const CONFIG: Spec = {
  font: FONT,
  view: { stroke: null },
  axis: {
    labelColor: QUIET,
    titleColor: QUIET,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    gridColor: 'var(--grid)',
    domainColor: 'var(--grid)',
    tickColor: 'var(--grid)',
    domain: false,
    ticks: false,
    labelPadding: 6,
  },
  axisX: { ticks: true, tickSize: 4, labelPadding: 4 },
  legend: {
    labelColor: INK,
    titleColor: QUIET,
    labelFontSize: 11.5,
    labelLimit: 0,
    orient: 'top',
    direction: 'horizontal',
    title: null,
    symbolStrokeWidth: 2.5,
    columnPadding: 14,
    offset: 8,
  },
  title: { color: INK, fontSize: 12.5, fontWeight: 600, anchor: 'start', frame: 'group', offset: 8 },
  text: { color: INK },
  line: { strokeWidth: 2, strokeCap: 'butt', strokeJoin: 'round' },
};
