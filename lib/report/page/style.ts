/** The style of the page: light or dark as the reader's device is set, for every width from that of a phone. */

const LIGHT = ['0b62a4', 'b8430a', '15803d', '9d174d', '6d28d9', '0e7490', '8a5509', 'be123c', '4d7c0f', '475569'];
const DARK = ['60a5fa', 'fb923c', '4ade80', 'f472b6', 'a78bfa', '22d3ee', 'facc15', 'f87171', 'a3e635', 'cbd5e1'];

/** The colours of lines, which the script reads as well. */
const colours = (list: readonly string[]): string => list.map((hex, n) => `--c${n}:#${hex}`).join(';');

export const STYLE = `
:root{color-scheme:light dark;--paper:#f3f5f8;--card:#fff;--ink:#17202b;--faint:#566272;--rule:#dde3ea;--accent:#0b62a4;--on:#fff;
--good:#14713a;--moderate:#8a5509;--poor:#b42318;--bad:#b42318;--night:#17306012;--band:#15803d1c;--shadow:0 1px 2px #10203018,0 2px 8px #1020300d;${colours(LIGHT)}}
@media(prefers-color-scheme:dark){:root{--paper:#0f1318;--card:#191f27;--ink:#e8edf3;--faint:#9fabb9;--rule:#2c3542;--accent:#7ab8f5;--on:#0f1318;
--good:#5fd38a;--moderate:#f0b849;--poor:#ff8f80;--bad:#ff8f80;--night:#a8c4ff12;--band:#4ade801c;--shadow:none;${colours(DARK)}}}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0 auto;max-width:84rem;padding:1rem clamp(.8rem,2.5vw,2rem) 2rem;background:var(--paper);color:var(--ink);font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;-webkit-text-size-adjust:100%}
header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem 1rem}
h1{font-size:1.35rem;margin:0;letter-spacing:-.01em}h2{font-size:1.1rem;margin:1.6rem 0 .6rem;letter-spacing:-.005em}h3{font-size:1rem;margin:0;overflow-wrap:anywhere}
.note{color:var(--faint);font-size:.875rem;margin:.2rem 0}
.bad{color:var(--bad)}
.trouble{background:var(--card);border-left:4px solid var(--bad);border-radius:.5rem;box-shadow:var(--shadow);padding:.5rem .9rem;margin:.8rem 0 0;list-style:none;color:var(--bad);font-size:.9rem;overflow-wrap:anywhere}
.trouble li+li{margin-top:.35rem}
main>h2:first-of-type{margin-top:1rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(15.5rem,100%),1fr));gap:.8rem;align-items:start}
.tile,.card{background:var(--card);border-radius:.9rem;box-shadow:var(--shadow);padding:.85rem 1rem;min-width:0}
.tile h3{font-weight:600;color:var(--faint);font-size:.95rem}
.big{display:flex;align-items:baseline;margin:.1rem 0 0;line-height:1.1}
.number{font-size:2.6rem;font-weight:600;letter-spacing:-.03em;font-variant-numeric:tabular-nums}
.unit{font-size:1.1rem;color:var(--faint);margin-left:.25rem}.bad .unit{color:inherit}
.trend{font-size:1.3rem;margin-left:auto;color:var(--faint)}
.facts{display:flex;flex-wrap:wrap;gap:.1rem 1rem;margin:.3rem 0 0;font-size:.925rem;color:var(--faint)}.facts b{color:var(--ink)}
.air.good b{color:var(--good)}.air.moderate b{color:var(--moderate)}.air.poor b{color:var(--poor)}
.curve{height:3.2rem;margin:.4rem -.2rem 0;overflow:hidden}.curve:empty{display:none}
.attention{margin:.3rem 0 0;color:var(--bad);font-size:.9rem;font-weight:600}
.age{margin:.35rem 0 0;font-size:.85rem;color:var(--faint)}.age.late{color:var(--bad);font-weight:600}
.tile details{margin-top:.2rem;font-size:.875rem}
summary{cursor:pointer;color:var(--faint);padding:.3rem 0;border-radius:.3rem}summary h2{display:inline;color:var(--ink)}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.85rem;width:100%}
caption{text-align:left;font-weight:600;padding:.4rem 0 .2rem}
th,td{text-align:right;padding:.2rem .4rem;font-weight:400;white-space:nowrap}
th:first-child{text-align:left;padding-left:0}thead th{color:var(--faint)}tbody tr{border-top:1px solid var(--rule)}
.tile th:first-child{white-space:normal}td.now{font-weight:600}
.days{margin-top:1.4rem}.days .scroll{overflow-x:auto;background:var(--card);border-radius:.9rem;box-shadow:var(--shadow);padding:.4rem 1rem .8rem;margin:.8rem 0;max-width:max-content}
.days [scope=colgroup]{text-align:center;border-left:1px solid var(--rule)}
.bar{display:flex;flex-wrap:wrap;gap:.5rem .8rem;align-items:center;margin:0 0 .7rem}
.sticky{position:sticky;top:0;z-index:5;background:var(--paper);padding:.5rem 0;margin:0 0 .3rem}
.group{display:flex;gap:.25rem;background:var(--card);border-radius:.7rem;box-shadow:var(--shadow);padding:.25rem;overflow-x:auto;max-width:100%;scrollbar-width:none}
button{font:inherit;font-size:.9rem;color:var(--ink);background:none;border:0;border-radius:.5rem;padding:.4rem .75rem;min-height:2.25rem;cursor:pointer;white-space:nowrap}
button[aria-pressed=true]{background:var(--accent);color:var(--on)}
button:focus-visible,summary:focus-visible,.plot:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.reset{background:var(--card);box-shadow:var(--shadow)}
.grid{display:grid;align-items:start;grid-template-columns:repeat(auto-fill,minmax(min(22rem,100%),1fr));gap:.8rem}.grid.one{grid-template-columns:1fr}
.card{padding:.75rem .8rem .4rem}
.readout{display:flex;flex-wrap:wrap;gap:0 .9rem;margin:.1rem 0 .2rem;min-height:1.4rem;font-size:.9rem;color:var(--faint);font-variant-numeric:tabular-nums}
.readout b{color:var(--ink)}
.plot{position:relative;touch-action:pan-y;user-select:none;-webkit-user-select:none;border-radius:.4rem}
.keys{display:flex;flex-wrap:wrap;gap:.1rem .3rem;margin:.1rem 0 .3rem}
.keys button{display:flex;align-items:center;gap:.45rem;padding:.15rem .5rem;min-height:2rem;text-align:left;white-space:normal}
.keys button[aria-pressed=true]{background:none;color:var(--ink)}.keys button[aria-pressed=false]{color:var(--faint);text-decoration:line-through}
.keys i{flex:none;width:1.5rem;height:0;border-top:3px solid var(--line)}.keys .p1 i{border-top-style:dashed}.keys .p2 i{border-top-style:dotted}.keys .p3 i{border-top-style:double;border-top-width:4px}
.keys button[aria-pressed=false] i{opacity:.3}
${Array.from({ length: LIGHT.length }, (_, n) => `.k${n}{--line:var(--c${n})}`).join('')}
.u-select{background:color-mix(in srgb,var(--accent) 18%,transparent)}.u-hz .u-cursor-x,.u-hz .u-cursor-y{border-color:var(--faint)}
footer{color:var(--faint);font-size:.85rem;margin-top:2rem}
@media(max-width:40rem){.tiles{grid-template-columns:1fr 1fr;gap:.6rem}.tile{padding:.7rem .75rem}.number{font-size:2.1rem}.tile details[open]{overflow-x:auto}.grid{gap:.6rem}.facts{flex-direction:column}}
@media(max-width:21rem){.tiles{grid-template-columns:1fr}}
@media(min-width:60rem){.group{flex-wrap:wrap}}
@media print{.bar{display:none}.tile,.card,tr{break-inside:avoid}}
`.trim();
