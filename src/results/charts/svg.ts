import { View, parse, resetSVGDefIds } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Spec } from './chart.js';
import { CONFIG, colourCss } from './theme.js';

/** Draws a specification as SVG text, without canvas or DOM. Equal specifications give equal bytes. */
export async function drawSvg(spec: Spec, idPrefix: string): Promise<string> {
  const compiled = compile(spec as unknown as TopLevelSpec, { config: CONFIG });
  // Vega numbers clip paths through the whole process: from one again, so that a chart doesn't depend on those before.
  resetSVGDefIds();
  const view = new View(parse(compiled.spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  // Several pictures stand in one page: each gets its own names.
  return svg.replace(/(id="|url\(#)(clip|gradient)/g, `$1${idPrefix}-$2`);
}

/** A picture that stands alone in a file brings its colours along, for light and dark. */
export function standaloneSvg(svg: string): string {
  const end = svg.indexOf('>') + 1;
  const style = `${colourCss('svg')}svg{background:var(--surface)}`;
  return `${svg.slice(0, end)}<style>${style}</style>${svg.slice(end)}\n`;
}
