/** Sites and targets: cards, rows, bars. A row is 34 px, a site's line 40; on a phone both fold. Of a long list only what is near is laid out. */
export const list = `
.list{display:grid;gap:8px}
.list-head{display:grid;grid-template-columns:1fr 76px 84px 300px;padding:0 15px;color:var(--dim);font-size:12px;line-height:16px;text-align:right;margin-bottom:-2px}
.h-best{grid-column:2}
.h-bar{display:flex;justify-content:space-between;padding-left:12px}
.site{overflow:hidden} .long .site{content-visibility:auto;contain-intrinsic-size:auto 380px}
.site-line{display:grid;grid-template-columns:14px fit-content(24%) fit-content(16%) minmax(150px,1fr) auto 76px 84px 300px;align-items:center;gap:0 10px;min-height:40px;padding:4px 15px}
.site-line>.best,.site-line>.avail{text-align:right}
.site-line h3{overflow-wrap:anywhere;min-width:0;line-height:24px}
.site-line h3 a{color:inherit;text-decoration:none}
.site-line h3 a:hover{text-decoration:underline}
.site-line .state{min-width:0;overflow-wrap:anywhere}
.site-line .best,.about{color:var(--dim)}
.site-line .best b{color:var(--ink)}
.toggle{white-space:nowrap;font-size:12px;line-height:24px;color:var(--dim);text-decoration:none}
.toggle::after{content:"";display:inline-block;width:5px;height:5px;margin:0 2px 2px 6px;border:solid currentColor;border-width:0 1.5px 1.5px 0;transform:rotate(-45deg)}
.toggle[aria-expanded=true]::after{transform:rotate(45deg)}
.toggle:hover{color:var(--ink)}
.bar-box{display:block}
.bar{display:block;width:100%;height:16px;max-width:300px}
.bar .f-down,.bar .f-degraded{stroke-width:.6px;vector-effect:non-scaling-stroke} .bar .f-down{stroke:var(--f-down)} .bar .f-degraded{stroke:var(--f-deg)}
.f-up{fill:var(--f-up)} .f-degraded{fill:var(--f-deg)} .f-down{fill:var(--f-down)} .f-unknown{fill:var(--f-unk)}
.targets{width:100%;border-collapse:collapse;table-layout:fixed;border-top:1px solid var(--line)}
.k-name{width:auto} .k-state{width:20%} .k-rtt{width:82px} .k-p95{width:64px} .k-loss{width:64px} .k-spark{width:136px} .k-bar{width:327px}
.targets th,.targets td{padding:4px 0;text-align:left;font-weight:400;vertical-align:middle;height:34px;overflow-wrap:anywhere}
.targets thead th:first-child{padding-left:15px}
.targets .num{text-align:right}
.targets thead th{height:26px;color:var(--dim);font-size:12px;line-height:16px}
.targets thead th:nth-child(6),.targets td.spark-box{padding-left:16px}
.targets thead th:nth-child(7),.targets td.bar-box{padding-left:12px;padding-right:15px}
.targets td.bar-box{display:table-cell}
.targets tbody tr+tr>*{border-top:1px solid var(--soft)}
.targets .name{position:relative;padding-left:39px}
.targets .name .g{position:absolute;left:15px;top:calc(50% - 7px)}
.targets .name a{margin-right:4px;text-decoration:none}
.targets .name a:hover{text-decoration:underline}
.targets .why{padding-right:8px}
.over,.targets .over{color:var(--t-down);font-weight:700}
.spark{display:block;width:120px;height:24px}
.rest{padding:6px 15px;border-top:1px solid var(--soft);color:var(--dim)}
.bar-key{display:flex;flex-wrap:wrap;align-items:center;gap:4px 8px;color:var(--dim);font-size:12px;line-height:16px}
.bar-key span{flex:1 1 300px}
tr:has(.row:focus-visible),.site-line:has(.row:focus-visible){box-shadow:inset 3px 0 var(--link)}
@media (max-width:1100px){
  .list-head{grid-template-columns:1fr 76px 84px 200px} .site-line{grid-template-columns:14px fit-content(24%) fit-content(16%) minmax(120px,1fr) auto 76px 84px 200px} .k-bar{width:227px}
}
@media (max-width:860px){
  .list-head{display:none}
  .site-line{grid-template-columns:14px minmax(0,1fr) auto;padding:8px 12px;gap:2px 10px}
  .site-line>*{grid-column:2/4}
  .site-line>.g{grid-column:1;grid-row:1}
  .site-line>h3{grid-column:2;grid-row:1}
  .site-line>.toggle{grid-column:3;grid-row:1}
  .site-line>.best,.site-line>.avail{text-align:left}
  .site-line>.best{grid-column:2;grid-row:5} .site-line>.best:empty{display:none}
  .site-line>.avail{grid-column:3;grid-row:5;text-align:right}
  .site-line>.avail::before{content:"up ";color:var(--dim)}
  .site-line .bar,.targets .bar{max-width:none}
  .about:empty{display:none}
  .targets,.targets tbody{display:block}
  .targets thead,.targets colgroup{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
  .targets tbody tr{display:grid;grid-template-columns:minmax(0,1fr) auto auto;gap:2px 12px;padding:8px 12px}
  .targets tbody tr+tr{border-top:1px solid var(--soft)}
  .targets tbody tr+tr>*{border-top:0}
  .targets tbody th,.targets tbody td,.targets td.bar-box,.targets td.spark-box{display:block;height:auto;padding:0}
  .targets tbody th.name{padding:0 0 0 24px}
  .targets .name .g{left:0;top:5px}
  .targets .name{grid-column:1;min-width:0;line-height:24px}
  .targets .name .mono{display:none}
  .targets .num{white-space:nowrap;line-height:24px}
  .targets td[data-c=rtt]{grid-column:2;grid-row:1} .targets td[data-c=rtt]:not(.nil)::after{content:" ms";color:var(--dim)}
  .targets td[data-c=p95]{display:none}
  .targets td[data-c=loss]{grid-column:3;grid-row:1} .targets td[data-c=loss]:not(.nil)::after{content:" % loss";color:var(--dim);font-weight:400}
  .targets .why{grid-column:1/4;grid-row:2;padding:0 0 0 24px}
  .targets td.bar-box{grid-column:1/3;grid-row:3;align-self:end}
  .targets td.spark-box{grid-column:3;grid-row:3}
}
`;
