import type { TextTable } from '../summary-table.js';

/** A Vega-Lite specification: plain JSON. (The package's own union types are too large to be checked in reasonable time.) */
export type Spec = Readonly<Record<string, unknown>>;

/** A figure is laid out twice: for a page, and for a phone, where the wide one would shrink until nobody can read it. */
export interface Layout {
  readonly name: 'wide' | 'narrow';
  /** Width of the whole picture in CSS pixels. */
  readonly width: number;
}

export const WIDE: Layout = { name: 'wide', width: 820 };
export const NARROW: Layout = { name: 'narrow', width: 340 };

export interface Chart {
  /** File name without ending. */
  readonly name: string;
  readonly title: string;
  /** What is to be seen, and what was left out. */
  readonly caption: string;
  /** For those who don't see it. */
  readonly description: string;
  readonly spec: (layout: Layout) => Spec;
  /** The left of the picture is names, for which Vega, guessing text widths, leaves too much room: cut it off. */
  readonly cutLeft?: true;
  /** The figures behind the picture. */
  readonly data: TextTable;
}

const VEGA_LITE_SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

/** Space for the labels of a y axis, the same in all charts with time, so that they line up on the page. */
const LABEL_WIDTH = 46;
const RIGHT_MARGIN = 14;

/** A y axis of `LABEL_WIDTH`, its title lying above it where it reads without turning the head. */
export const Y_AXIS: Spec = {
  minExtent: 40,
  maxExtent: 40,
  tickCount: 4,
  titleAnchor: 'end',
  titleAngle: 0,
  titleAlign: 'left',
  titleX: -40,
  titleY: -9,
};

/** Width of the plot proper, where the y axis takes `labels` pixels. */
export function plotWidth(layout: Layout, labels = LABEL_WIDTH): number {
  return layout.width - labels - RIGHT_MARGIN;
}

/** Space for names (services, pods) to the left of a plot, and the characters that fit it. */
export interface NameSpace {
  readonly px: number;
  readonly characters: number;
}

export function nameSpace(layout: Layout): NameSpace {
  return layout.name === 'narrow' ? { px: 92, characters: 13 } : { px: 156, characters: 24 };
}

/** A y axis of names. Vega guesses text widths without a canvas, and too large: names are cut by characters instead. */
export function nameAxis(space: NameSpace): Spec {
  const { px, characters } = space;
  return {
    title: null,
    labelExpr: `length(datum.label) > ${characters} ? slice(datum.label, 0, ${characters - 1}) + '…' : datum.label`,
    labelLimit: 0,
    minExtent: px - 6,
    maxExtent: px - 6,
    labelColor: 'var(--ink)',
  };
}

/** A character of a label, and what a legend adds to it: symbol and gaps. Vega gives all columns the widest one's width. */
const CHARACTER_PX = 6.6;
const SYMBOL_PX = 38;

/** As many columns of a legend as fit above a plot of this width. */
export function legendColumns(labels: readonly string[], width: number): number {
  const widest = Math.max(...labels.map((label) => label.length)) * CHARACTER_PX + SYMBOL_PX;
  return Math.max(1, Math.min(labels.length, Math.floor(width / widest)));
}

/** Encloses the views of a chart into a whole specification. Padding is fixed so that the width comes out as wanted. */
export function wholeSpec(chart: { readonly description: string }, body: Spec): Spec {
  return {
    $schema: VEGA_LITE_SCHEMA,
    description: chart.description,
    background: null,
    padding: { left: 2, right: 8, top: 4, bottom: 4 },
    ...body,
  };
}
