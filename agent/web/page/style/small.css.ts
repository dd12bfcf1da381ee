/** Phones and paper. */
export const small = `
@media (max-width:860px){
  .top-in{flex-wrap:wrap;padding-top:8px;gap:0 12px}
  .who .mono,.who .dim{display:none}
  .live{margin-left:auto}
  nav{order:3;flex:1 0 100%;margin:0 -20px;overflow-x:auto;scrollbar-width:none}
  nav ul{padding:0 12px}
  .verdict{flex-direction:column;gap:16px}
  .chain{flex:none;border-left:0;padding-left:0}
  .quiet .chain{flex-direction:column}
  .quiet .chain li{flex:none;padding:0 0 12px 28px}
  .quiet .chain li::before{left:6px;top:12px;height:100%;width:0;border-top:0;border-left:2px solid var(--f-up)}
  .quiet .chain li.dashed::before{border-top:0;border-left:2px dashed var(--f-unk)}
  .tools{margin-left:0;width:100%}
}
@media (max-width:560px){
  .top-in,main,footer{padding-left:12px;padding-right:12px}
  nav{margin:0 -12px}
  h1{font-size:21px;line-height:27px}
  h1 .since{font-size:15px;line-height:22px}
  .verdict h1 .since,.page-head h1 .since{display:block}
  .quiet h1 .since{display:inline}
  .verdict{padding:14px 14px 14px 16px}
  .seg{flex-wrap:wrap}
  .seg>*{padding:7px 10px;flex:auto;white-space:nowrap}
  .control{width:100%}
  .filter{flex:1 1 100%}
  .filter input[type=search]{flex:1;width:auto;min-height:36px;font-size:16px}
  .odd{display:none}
  .chart{padding:10px 8px 10px 2px}
  .frame{grid-template-columns:34px 1fr;column-gap:6px}
  .key,.marks,.reading{margin-left:8px}
  .lanes{grid-template-columns:1fr}
  .lanes .lane-name{margin-top:4px}
  .lanes>span:not(.lane-name){display:none}
  .events li{flex-direction:column;gap:0}
  .tiles{grid-template-columns:repeat(2,1fr)}
  .tile{padding:8px 10px}
  .config,.config tbody,.config tr,.config tbody :is(th,td){display:block}
  .config thead{position:absolute;clip-path:inset(50%)}
  .config tr{padding:6px 14px} .config tbody tr :is(th,td){padding:0;border:0;line-height:20px} .config tbody tr+tr{border-top:1px solid var(--soft)}
  .config td.dim::before{content:"from "}
  .panel dl{grid-template-columns:1fr;gap:0}
  .panel dd{margin-bottom:6px}
}
@media (prefers-contrast:more){ :root{--line:var(--dim);--dim:var(--ink)} }
@media (forced-colors:active){ .bar path,.spark path,.canvas path,.g{forced-color-adjust:none} }
@media print{
  nav,.tools,.toggle,.skip,#live,#key-hint,.copy,dialog,.reading,noscript{display:none!important}
  footer .paper{display:block;flex-basis:100%}
  #tz{border:0;color:inherit}
  body{background:#fff}
  .card:not(.things):not(.ways),tr,li,figure{break-inside:avoid}
  h2,.section-head{break-after:avoid}
  *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
  main,.top-in,footer{max-width:none;padding-left:0;padding-right:0}
}
@page{size:A4;margin:14mm}
`;
