import { View, parse, resetSVGDefIds } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { nameSpace, type Chart, type Layout, type Spec } from './chart.js';
import { CONFIG, colourCss } from './theme.js';

/** Draws a specification as SVG text, without canvas or DOM. Equal specifications give equal bytes. */
async function drawSvg(spec: Spec, idPrefix: string): Promise<string> {
  const compiled = compile(spec as unknown as TopLevelSpec, { config: CONFIG });
  // Vega numbers clip paths through the whole process: from one again, so that a chart doesn't depend on those before.
  resetSVGDefIds();
  const view = new View(parse(compiled.spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  // Several pictures stand in one page: each gets its own names.
  return svg.replace(/(id="|url\(#)(clip|gradient)/g, `$1${idPrefix}-$2`);
}

/** A chart in one of its layouts. Names of clip paths begin with those of chart and layout. */
export async function drawChart(chart: Chart, layout: Layout): Promise<string> {
  const svg = await drawSvg(chart.spec(layout), `${chart.name}-${layout.name}`);
  return chart.cutLeft === true ? cutLeft(svg, layout) : svg;
}

/** Between names and plot, in CSS pixels. */
const NAME_GAP = 5;

/** Where the plot begins in the drawing is what Vega guessed; where it shall begin, what the names take. */
function cutLeft(svg: string, layout: Layout): string {
  const begin = Number(/ transform="translate\((\d+)/.exec(svg)?.[1]);
  const excess = Math.max(0, begin - nameSpace(layout).px - NAME_GAP);
  const { width } = layout;
  return svg.replace(
    / width="\d+" height="([\d.]+)" viewBox="0 0 [\d.]+ \1"/,
    (_, height: string) => ` width="${width}" height="${height}" viewBox="${excess} 0 ${width} ${height}"`,
  );
}

/** A picture that stands alone in a file brings its colours along, for light and dark. */
export function standaloneSvg(svg: string): string {
  const end = svg.indexOf('>') + 1;
  const style = `${colourCss('svg')}svg{background:var(--surface)}`;
  return `${svg.slice(0, end)}<style>${style}</style>${svg.slice(end)}\n`;
}
