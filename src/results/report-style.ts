import { FONT, colourCss } from './charts/theme.js';

/** The look of reports: one calm column, figures in cards, light and dark by the reader's own setting, ready for paper. */
export const REPORT_CSS = `${colourCss(':root')}
:root{--page:#f6f8fa;--line:#dfe5eb;--code:#eef2f6;--good-ground:#e5f4ee;--bad-ground:#fbeae5}
@media screen and (prefers-color-scheme:dark){:root{--page:#0f141a;--line:#2a3441;--code:#1d2530;--good-ground:#12302a;--bad-ground:#3a1f18}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.6 ${FONT};font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main{max-width:916px;margin:0 auto;padding:56px 24px 96px}
h1,h2,h3{line-height:1.25;text-wrap:balance;margin:0}
h1{font-size:2.1rem;font-weight:680;letter-spacing:-.022em}
h2{font-size:1.3rem;font-weight:640;letter-spacing:-.012em;margin:56px 0 16px}
h3{font-size:1.05rem;font-weight:640}
p{margin:0 0 12px}
a{color:var(--series-1)}
.eyebrow{color:var(--ink-2);font-size:.86rem;margin:0 0 6px}
.verdict{display:inline-flex;align-items:baseline;gap:.5em;margin:22px 0 14px;padding:7px 15px;border-radius:10px;font-weight:620;background:var(--shade)}
.verdict.pass{background:var(--good-ground);color:var(--good)}
.verdict.fail{background:var(--bad-ground);color:var(--bad)}
.lead{font-size:1.1rem;line-height:1.62;max-width:44em}
.lead p{margin:0 0 .55em}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:30px 0 0;padding:0}
.card{background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:14px 16px 13px;min-width:0}
.card dt{color:var(--ink-2);font-size:.82rem;line-height:1.35}
.card dd{margin:2px 0 0;font-size:1.5rem;font-weight:640;letter-spacing:-.02em;line-height:1.3}
.card .hint{color:var(--ink-2);font-size:.8rem;font-weight:400;letter-spacing:0;line-height:1.4;display:block}
.panel,figure{background:var(--surface);border:1px solid var(--line);border-radius:14px;padding:20px 22px;margin:0 0 20px}
figure h3{margin-bottom:4px}
figcaption{color:var(--ink-2);font-size:.88rem;line-height:1.5;margin:0 0 14px;max-width:50em}
svg{display:block;max-width:100%;height:auto;margin:0 auto}
.narrow{display:none}
details{margin-top:12px;font-size:.86rem}
summary{cursor:pointer;color:var(--ink-2);width:max-content}
summary:focus-visible,.table:focus-visible{outline:2px solid var(--series-1);outline-offset:2px}
.table{overflow-x:auto}
details .table{max-height:420px;overflow-y:auto;margin-top:8px}
table{border-collapse:collapse;width:100%;font-size:.84rem;line-height:1.4}
th,td{padding:7px 8px;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
tbody tr:last-child th,tbody tr:last-child td{border-bottom:0}
thead th{color:var(--ink-2);font-weight:500;font-size:.82rem;vertical-align:bottom;text-wrap:balance}
tbody th{font-weight:500}
.figure{text-align:right}
td.figure{white-space:nowrap}
.expectations,.timeline{list-style:none;margin:0;padding-top:8px;padding-bottom:8px}
.expectations li{display:grid;grid-template-columns:5.2em 1fr auto;gap:4px 14px;padding:10px 0;border-bottom:1px solid var(--line);align-items:baseline}
.expectations li:last-child,.timeline li:last-child{border-bottom:0}
.mark{font-weight:640;font-size:.88rem;white-space:nowrap}
.pass .mark{color:var(--good)}.fail .mark{color:var(--bad)}
.seen{color:var(--ink-2);font-size:.88rem;text-align:right}
.explain{grid-column:2/-1;font-size:.86rem;color:var(--ink-2)}
.timeline li{display:grid;grid-template-columns:1.7em 4.6em 1fr;gap:2px 10px;padding:9px 0;border-bottom:1px solid var(--line);align-items:baseline}
.number{display:inline-grid;place-items:center;width:1.55em;height:1.55em;border-radius:50%;background:var(--ink-2);color:var(--surface);font-size:.74rem;font-weight:700}
.number.step{background:none;color:var(--series-4);font-size:.95rem}
.time{color:var(--ink-2);font-size:.9rem;white-space:nowrap}
.outcome{grid-column:3;font-size:.86rem;color:var(--ink-2)}
.outcome.fail{color:var(--bad)}
code{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
pre{margin:0 0 16px;padding:12px 14px;background:var(--code);border-radius:10px;white-space:pre-wrap}
.notes{margin:0;padding-left:1.15em}
.notes li{margin:0 0 6px}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:6px 22px;margin:0;font-size:.9rem}
.facts dt{color:var(--ink-2)}
.facts dd{margin:0;min-width:0}
.quiet{color:var(--ink-2);font-size:.88rem}
.panel>:last-child{margin-bottom:0}
@media (max-width:640px){
main{padding:30px 14px 60px}
h1{font-size:1.6rem}h2{margin-top:42px}
.lead{font-size:1.02rem}
.cards{grid-template-columns:1fr 1fr;gap:10px}
.card{padding:11px 13px}.card dd{font-size:1.24rem}
.panel,figure{padding:15px 12px;border-radius:12px}
.wide{display:none}.narrow{display:block}
.minor{display:none}
tbody th{overflow-wrap:anywhere}.events tbody th{overflow-wrap:break-word}
table{font-size:.78rem}th,td{padding:6px 4px}
.expectations li{grid-template-columns:4.6em 1fr}
.seen{grid-column:2;text-align:left}
.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:9px}
}
@media print{
:root{--page:#fff}
body{font-size:10.5pt}
main{max-width:none;padding:0}
.panel,figure,.card{break-inside:avoid;border-color:#ccc}
h2{break-after:avoid}
details{display:none}
table{font-size:7.6pt}th,td{padding:4px 5px}
.table{overflow:visible}
}
`;
