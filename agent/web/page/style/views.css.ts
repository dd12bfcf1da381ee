/** Charts, tiles, events, the agent's panels. */
export const views = `
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:8px;margin-top:14px}
.tile{padding:8px 14px 10px}
.tile .of{font-size:12px;line-height:16px;color:var(--dim)}
.tile .figure{font-size:20px;line-height:28px}
.tile small{color:var(--dim)}
.page-head{display:grid;grid-template-columns:minmax(0,1fr);gap:4px}
.page-head h1 .g{width:18px;height:18px;vertical-align:-1px;margin-right:2px}
.page-head .whole{margin-top:6px;justify-self:stretch}
.tile small.under{display:block}
.tile .bar{max-width:none;margin:2px 0 4px}
.chart{padding:14px 16px 12px 8px}
.frame{display:grid;grid-template-columns:42px 1fr;column-gap:8px}
.plot{position:relative;touch-action:pan-y;cursor:crosshair;min-width:0}
.plot:focus-visible{outline-offset:0}
.canvas,.loss-lane,.c-times,.c-values,.c-letters,.lane{display:block}
.c-values,.canvas{overflow:visible}
.loss-lane{background:var(--soft)}
.lane-name{font-size:11px;color:var(--dim);text-align:right;align-self:center}
.frame text,.lanes text{font-size:11px;fill:var(--dim)}
.start{text-anchor:start} .middle{text-anchor:middle} .end{text-anchor:end}
.c-letters text{font-weight:700;fill:var(--ink)} .c-letters .bad{fill:var(--t-down)}
.c-grid{shape-rendering:crispEdges;stroke:var(--line);fill:none;vector-effect:non-scaling-stroke}
.c-outer{fill:var(--rtt-out)} .c-inner{fill:var(--rtt-in)} .c-lost{fill:var(--lost)} .c-gap{fill:var(--gap)}
.c-median{fill:none;stroke:var(--rtt);stroke-width:2;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.spark .c-median{stroke-width:1.5}
.c-above{fill:var(--ink)}
.c-under{fill:var(--f-unk)} .c-over{fill:var(--f-down)}
.c-mark{stroke:var(--dim);stroke-dasharray:3 3} .c-mark.bad{stroke:var(--f-down)}
.cursor{stroke:var(--ink)} .brush{position:fixed;pointer-events:none;background:var(--link);opacity:.2}
.h-1{fill:var(--h1)} .h-2{fill:var(--h2)} .h-3{fill:var(--h3)} .h-4{fill:var(--h4)} .h-5{fill:var(--h5)}
.reading{display:none;min-height:20px;margin:4px 0 0 50px;font-weight:700}
.js .reading{display:block}
.reading:empty::before{content:'Point, touch or use the arrow keys to read; drag to zoom.';font-weight:400;font-size:12px;color:var(--dim)}
.key{display:flex;flex-wrap:wrap;gap:2px 18px;margin:4px 0 0 50px;color:var(--dim);font-size:12px;line-height:20px}
.swatch{vertical-align:-2px;margin-right:3px}
.marks{display:flex;flex-wrap:wrap;gap:2px 22px;margin:4px 0 0 50px;font-size:12px;line-height:20px}
.marks b.bad,.bad{color:var(--t-down)}
.figures{border-collapse:collapse;width:100%;font-size:13px}
.figures th,.figures td{text-align:right;font-weight:400;padding:4px 14px;white-space:nowrap}
.figures th:first-child{text-align:left}
.figures thead th{color:var(--dim);font-size:12px;border-bottom:1px solid var(--line)}
.figures tbody tr+tr>*{border-top:1px solid var(--soft)}
.flows th,.flows td{padding:4px 8px}
.flows td:nth-child(2),.flows td:nth-child(3),.flows th:nth-child(2),.flows th:nth-child(3){text-align:left}
.flows td:nth-child(2){white-space:normal;min-width:90px}
.share{margin-right:6px} .share rect{fill:var(--f-deg)}
.config th,.config td{text-align:left;white-space:normal;overflow-wrap:anywhere}
.config tbody th{overflow-wrap:break-word}
[data-part=groups] :is(th,td):nth-child(2){text-align:left} [data-part=reader]{margin-top:8px}
.lanes{display:grid;grid-template-columns:96px 1fr;align-items:center;touch-action:pan-y}
.lanes .lane-name{text-align:left;font-size:12px}
.lane{border-bottom:1px solid var(--soft);overflow:visible}
.l-down{fill:var(--f-down);opacity:.28} .l-degraded{fill:var(--f-deg)}
.events{margin-top:8px}
.events li{display:flex;gap:14px;padding:7px 15px}
.events li+li{border-top:1px solid var(--soft)}
.events .mono{flex:none;min-width:84px;line-height:20px}
.events.dated .mono{min-width:128px}
.events .what{min-width:0;overflow-wrap:anywhere}
.events .g{margin-right:4px}
.more{margin-top:8px}
.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:8px;margin-top:14px}
.panel{margin-top:12px}
.panels .panel{margin-top:0}
.panel:not(.panels .panel) dl{grid-template-columns:minmax(110px,200px) 1fr}
.panel dl{display:grid;grid-template-columns:minmax(110px,34%) 1fr;gap:4px 16px;margin-top:6px}
.panel dt{color:var(--dim)}
.panel dd{min-width:0;overflow-wrap:anywhere}
`;
