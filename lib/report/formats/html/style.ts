/** The style of the page: light or dark as the reader's device is set, for every width from that of a phone. */

const LIGHT = ['0b62a4', 'c2410c', '15803d', '9d174d', '6d28d9', '0e7490', '92590a', 'be123c', '4d7c0f', '475569'];
const DARK = ['60a5fa', 'fb923c', '4ade80', 'f472b6', 'a78bfa', '22d3ee', 'facc15', 'f87171', 'a3e635', 'cbd5e1'];

const colours = (list: readonly string[]): string => list.map((hex, n) => `.c${n}{--c:#${hex}}`).join('');

export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--faint:#57606a;--rule:#d0d7de;--night:#eef1f5;--bad:#b42318;--card:#f6f8fa}
${colours(LIGHT)}
@media(prefers-color-scheme:dark){:root{--paper:#14171c;--ink:#e6e9ee;--faint:#9aa4b0;--rule:#333a44;--night:#1f242c;--bad:#ff8a7a;--card:#1c2027}
${colours(DARK)}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:80rem;padding:1rem;background:var(--paper);color:var(--ink);font:16px/1.45 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
.period{color:var(--faint);margin:.2rem 0 1rem}
.trouble{border-left:4px solid var(--bad);padding:.3rem 0 .3rem 1rem;margin:1rem 0;list-style:none;color:var(--bad);overflow-wrap:anywhere}.trouble li{margin:.35rem 0}
.well{color:var(--faint)}
.rooms{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(21rem,100%),1fr));gap:.8rem}
table{width:100%;border-collapse:collapse;background:var(--card);border-radius:6px;font-variant-numeric:tabular-nums;font-size:.875rem;align-self:start}
caption{text-align:left;font-weight:600;font-size:1rem;padding:.2rem 0;overflow-wrap:anywhere}
th,td{text-align:right;padding:.25rem .4rem;font-weight:400}
th:first-child{text-align:left}thead th{color:var(--faint);font-size:.8rem}
td{white-space:nowrap}td.now{font-weight:600}.bad{color:var(--bad)}
.chart{display:grid;grid-template-columns:3rem minmax(0,1fr);grid-template-rows:15rem 1.6rem}
.y,.x{position:relative;color:var(--faint);font-size:.8rem}
.y span{position:absolute;right:.5rem;transform:translateY(50%)}
.x{grid-column:2}.x span{position:absolute;top:.3rem;transform:translateX(-50%);white-space:nowrap}
.plot{border:solid var(--rule);border-width:0 0 1px 1px}
svg{display:block;width:100%;height:100%;overflow:visible}
path{vector-effect:non-scaling-stroke;fill:none}
.grid{stroke:var(--rule);stroke-width:1}.night{fill:var(--night)}
.line{stroke:var(--c);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}.plot .line:hover{stroke-width:4}
.dot{stroke-width:6}.crowd .line{stroke-width:1.5}.crowd .dot{stroke-width:5}.crowd .band{opacity:.05}
.dashed{stroke-dasharray:9 5}.mixed{stroke-dasharray:11 4 2 4}.long{stroke-dasharray:20 4}.crowd .stale,.stale{stroke-dasharray:1 6;stroke-width:3}
.band{fill:var(--c);opacity:.14}.anomaly{stroke:var(--bad);stroke-width:9;stroke-linecap:round}
.legend{list-style:none;margin:.3rem 0 0 3rem;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.875rem}
.legend li{position:relative;padding-left:1.8em;min-width:0;overflow-wrap:anywhere}
.legend li::before{content:"";position:absolute;left:0;top:.6em;width:1.4em;height:3px;background:var(--c);print-color-adjust:exact}
.legend .dashed::before{background:repeating-linear-gradient(90deg,var(--c) 0 .5em,#0000 .5em .9em)}
.legend .mixed::before{background:linear-gradient(90deg,var(--c) 0 .7em,#0000 .7em 1em,var(--c) 1em 1.2em,#0000 1.2em)}
.legend .long::before{background:repeating-linear-gradient(90deg,var(--c) 0 .62em,#0000 .62em .78em)}
footer{color:var(--faint);font-size:.875rem;margin-top:2rem}
@media(max-width:40rem){.minor{display:none}.legend{margin-left:0}}
@media print{.rooms,section{break-inside:avoid}}
`.trim();
