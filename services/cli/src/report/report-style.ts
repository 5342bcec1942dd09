/** The style sheet of the report page. Colours are named by class; each is at least 3:1 on the ground in both schemes. */
export const reportStyle: string = `
:root {
  --ground: #ffffff; --panel: #f5f6f8; --ink: #16191f; --soft: #545b66; --line: #dde1e6;
  --pre_acceptance: #c2321f; --near_acceptance: #c27c0e; --post_delivery: #1d6fb8; --never_accepted: #7a3fa8; --unknown: #767e8a;
  --raw: #8b929d;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #12151a; --panel: #1b1f26; --ink: #e8eaee; --soft: #a7aeb9; --line: #323843;
    --pre_acceptance: #f4705d; --near_acceptance: #e3a83d; --post_delivery: #5ba8ec; --never_accepted: #b58ae0; --unknown: #8b93a0;
    --raw: #8b93a0;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 3rem; max-width: 68rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
  -webkit-text-size-adjust: 100%;
}
h1 { margin: 0; font-size: 1.25rem; line-height: 1.3; }
h2 { margin: 0 0 .25rem; font-size: 1.25rem; line-height: 1.3; }
h1, .lead, bdi { overflow-wrap: anywhere; }
header p, section > p, .aside, footer { margin: 0 0 1rem; color: var(--soft); max-width: 46rem; overflow-wrap: anywhere; }
header { margin-bottom: 2rem; }
header p { font-size: .875rem; margin: .25rem 0 0; }
section { margin-bottom: 3.5rem; }
figure { margin: 0; }
small, code, .aside, footer { font-size: .8125rem; }
code { color: var(--soft); font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; white-space: nowrap; }
em { color: var(--soft); }

section > p.lead { margin: 0 0 .5rem; max-width: 52rem; font-size: 1.75rem; line-height: 1.3; font-weight: 600; color: var(--ink); letter-spacing: -.01em; }
section > p.more { margin: 0 0 .25rem; font-size: 1.125rem; color: var(--ink); }
.headline .bar { height: 1.5rem; margin: 1.5rem 0 1.25rem; }
dl { display: grid; gap: 1.25rem 1.5rem; margin: 0; }
dl.key { grid-template-columns: repeat(5, 1fr); }
dl.numbers { grid-template-columns: repeat(4, 1fr); margin-top: 2rem; padding: 1.25rem 1.5rem; background: var(--panel); border-radius: .5rem; }
dt { font-size: .875rem; }
dd { margin: 0; font-size: .8125rem; color: var(--soft); }
dd span { font-size: .875rem; }
dd b { font-size: 1.375rem; line-height: 1.3; color: var(--ink); font-variant-numeric: tabular-nums; white-space: nowrap; }
.key dt i, .legend i, th i, .pair-key i { display: inline-block; width: .6875rem; height: .6875rem; margin-right: .4em; border-radius: 2px; }

i.pre_acceptance { background: var(--pre_acceptance); } rect.pre_acceptance { fill: var(--pre_acceptance); }
i.near_acceptance { background: var(--near_acceptance); } rect.near_acceptance { fill: var(--near_acceptance); }
i.post_delivery, i.adjusted { background: var(--post_delivery); } rect.post_delivery { fill: var(--post_delivery); }
i.never_accepted { background: var(--never_accepted); } rect.never_accepted { fill: var(--never_accepted); }
i.unknown { background: var(--unknown); } rect.unknown { fill: var(--unknown); }
i.raw { background: var(--raw); }
i, rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; }

.bar { display: flex; gap: 1px; height: .75rem; min-width: 3rem; border-radius: 3px; overflow: hidden; background: var(--line); }
.bar:has(i) { background: none; }
.bar i { flex: 0 1 0; min-width: 2px; }

.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .75rem; padding: 0; list-style: none; font-size: .875rem; }
.chart { display: block; width: 100%; height: auto; font-size: 12px; }
.chart.phone { display: none; }
.chart .before { fill: var(--pre_acceptance); opacity: .07; }
.chart .hit { fill: transparent; }
.chart g:hover .hit { fill: var(--soft); opacity: .15; }
.chart .grid { stroke: var(--line); }
.chart .mark { stroke: var(--soft); }
.chart .tick, .chart .side { fill: var(--soft); }
.chart line.acceptance { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 4 3; }
.chart text.acceptance { fill: var(--ink); font-weight: 600; }
figure details { margin-top: .75rem; font-size: .875rem; }
summary { cursor: pointer; color: var(--soft); }
section > p.empty { max-width: none; padding: 2rem; background: var(--panel); border-radius: .5rem; text-align: center; }

.timeline { margin: 0; border-top: 1px solid var(--line); font-size: .875rem; }
.timeline:last-child { border-bottom: 1px solid var(--line); }
.timeline summary { padding: .75rem 0; overflow-wrap: anywhere; }
.timeline h3 { display: inline; margin: 0 .5rem 0 .125rem; font-size: 1rem; color: var(--ink); }
.id { margin: 0 0 .5rem; font-size: .8125rem; color: var(--soft); overflow-wrap: anywhere; }
ol.chain { margin: 0; padding: 0 0 1.25rem; list-style: none; }
.chain li { position: relative; display: grid; grid-template-columns: 21.5rem minmax(0, 1fr); gap: 0 .75rem; padding: .25rem .5rem .25rem 1.75rem; break-inside: avoid; }
.chain li::before { content: ""; position: absolute; left: .4375rem; top: 0; bottom: 0; border-left: 2px solid var(--line); }
.chain li:first-child::before { top: .75rem; }
.chain li:last-child::before { bottom: auto; height: .75rem; }
.chain li::after { content: ""; position: absolute; left: .1875rem; top: .5rem; width: .625rem; height: .625rem; border-radius: 50%; background: var(--unknown); box-shadow: 0 0 0 2px var(--ground); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.chain .pre_acceptance::after { background: var(--pre_acceptance); }
.chain .near_acceptance::after { background: var(--near_acceptance); }
.chain .post_delivery::after { background: var(--post_delivery); }
.chain .never_accepted::after { background: var(--never_accepted); }
.chain .attempt::after { left: .125rem; width: .75rem; height: .75rem; border: 2px solid var(--ink); border-radius: 2px; background: var(--ground); }
.chain .accepted::after { background: var(--ink); }
.chain .more::after { content: none; }
.chain .more::before { border-left: 2px dotted var(--soft); }
.chain .more { display: block; color: var(--soft); }
.chain .accepted { background: var(--panel); border-radius: .25rem; }
.chain .accepted::after { box-shadow: 0 0 0 2px var(--panel); }
.chain p { margin: 0; overflow-wrap: anywhere; }
.when { display: flex; flex-direction: row-reverse; justify-content: flex-end; align-items: baseline; gap: 1rem; font-variant-numeric: tabular-nums; }
.when b { font-weight: 600; white-space: nowrap; }
.when time, .fine, .class { color: var(--soft); font-size: .8125rem; }
.when time { flex: 0 0 11rem; white-space: nowrap; }
.class::before { content: "· "; }
.said { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: .8125rem; }

table { width: 100%; border-collapse: collapse; font-size: .875rem; }
table + table { margin-top: 2.5rem; }
caption { padding: 0 0 .75rem; text-align: left; color: var(--soft); font-size: 1rem; text-wrap: pretty; }
.pair-key { display: block; }
.zero { color: var(--soft); }
th, td { padding: .5rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: middle; font-weight: 400; }
th:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
thead th { vertical-align: bottom; font-size: .75rem; line-height: 1.3; color: var(--soft); border-bottom-color: var(--soft); }
tbody th { width: 26%; min-width: 7rem; }
tbody th code { display: block; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
.bars { width: 20%; }
thead .number { white-space: nowrap; }
.others th, .others td { border-bottom: 0; }
.others th { color: var(--soft); font-style: italic; }
.pair { display: block; min-width: 6.5rem; }
.rate { display: flex; align-items: center; gap: .5rem; line-height: 1.25; }
.track { flex: 1; height: .5rem; background: var(--panel); border-radius: 2px; overflow: hidden; }
.track i { display: block; height: 100%; }
.value { flex: 0 0 4em; text-align: right; font-size: .8125rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
footer { max-width: none; border-top: 1px solid var(--line); padding-top: 1rem; }

@media screen and (max-width: 60rem) {
  th.desk, td.desk { display: none; }
}
@media screen and (max-width: 44rem) {
  body { padding: 1.25rem 1rem 2rem; }
  section { margin-bottom: 2.5rem; }
  section > p.lead { font-size: 1.375rem; }
  section > p.more { font-size: 1rem; }
  dl.key { grid-template-columns: 1fr; gap: .75rem; }
  dl.key > div { display: grid; grid-template-columns: 1fr auto; align-items: baseline; }
  dl.key .meaning { grid-column: 1 / -1; }
  dl.key b { font-size: 1.125rem; }
  dl.numbers { grid-template-columns: 1fr 1fr; padding: 1rem; }
  .chart.desk { display: none; }
  .pair { min-width: 5.25rem; }
  .rate { gap: .25rem; }
  .value { flex-basis: 3.75em; }
  tbody th { width: 42%; }
  .bars { width: 23%; }
  thead .number { white-space: normal; }
  .chart.phone { display: block; font-size: 11px; }
  tbody th { min-width: 0; }
  .chain li { grid-template-columns: minmax(0, 1fr); }
  .timeline summary span { display: block; }
  .chain .more { padding-left: 1.75rem; }
  .when { flex-direction: row; justify-content: flex-start; gap: .75rem; }
  th, td { padding: .5rem .375rem; }
  tbody th code { display: none; }
}
@media print {
  :root { font-size: 12px; }
  body { max-width: none; padding: 0; }
  section { margin-bottom: 2rem; }
  .headline, figure, tr { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  figure details, .chart .hit { display: none; }
  .timeline::details-content { content-visibility: visible; display: block; }
  .timeline summary { list-style: none; }
  .chain li { grid-template-columns: 21.5rem minmax(0, 1fr); }
  tbody th { width: auto; min-width: 0; }
  th, td { padding: .3rem .35rem; }
  .bars { width: 16%; }
  .pair { min-width: 0; }
}
`;
