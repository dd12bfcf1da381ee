/** The VPC's page: things in lines that fold, share bars, statements to paste. */
export const vpcStyle = `
.facts{display:flex;flex-wrap:wrap;gap:2px 24px;margin:0 2px 8px}
.things{display:grid;grid-template-columns:minmax(0,1fr)}
.card.things{overflow:hidden}
.things+.things,.legend+.things{margin-top:8px}
.thing{display:grid;grid-template-columns:14px minmax(0,34%) auto minmax(0,1fr);gap:0 10px;padding:7px 15px;align-items:start}
.things>li+li{border-top:1px solid var(--soft)}
.thing>.g{align-self:start;margin-top:3px}
.thing>p{min-width:0;overflow-wrap:anywhere}
.thing .what{grid-column:2}
.thing .how{grid-column:4}
.thing .wide-how,.brief .how{grid-column:3/5}
.thing .about{grid-column:2/5;font-size:12px;line-height:18px;color:var(--dim)}
.thing .inner{grid-column:2/5}
.things .v-down.thing{background:var(--tint-down)}
.heads{color:var(--dim);font-size:12px;line-height:16px;padding-top:5px;padding-bottom:5px}
.how.dim .near{color:var(--ink)}
.heads .figures-of{min-height:0}
.thing .toggle{display:inline-block}
.figures-of{display:grid;grid-template-columns:160px 62px 84px;gap:0 10px;align-items:center;min-height:20px}
.share-of{text-align:right}
.free{color:var(--dim);white-space:nowrap}
.use{display:block;max-width:100%}
.use-all{fill:var(--soft)}
.v-down .use-all{fill:var(--lost)}
.use-limit{stroke:var(--dim);stroke-width:1;vector-effect:non-scaling-stroke}
.inner{display:grid;grid-template-columns:minmax(0,1fr);gap:3px;margin:5px 0 3px}
.inner li{overflow-wrap:anywhere}
.inner .g{margin-right:3px}
.inner .use{display:inline-block;width:100px;vertical-align:1px;margin:0 4px}
.links{display:flex;flex-wrap:wrap;gap:2px 18px}
.route-list{grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));gap:2px 18px;padding:6px 0}
.sub{margin:4px 0 6px}
.ways{margin-bottom:8px}
.site-ways{display:grid;grid-template-columns:minmax(0,18%) minmax(0,1fr);gap:0 10px;padding:7px 15px}
.site-ways .what{overflow-wrap:anywhere}
.site-ways .inner{margin:0}
.moved{color:var(--t-deg)}
.legend{margin:6px 2px 0;color:var(--dim);font-size:12px;line-height:18px}
.told{margin-top:22px;font-size:12px;line-height:18px}
:target{box-shadow:inset 3px 0 var(--link)}
#main section>.notices,.page-head>.notices{margin:0 0 8px}
@media (max-width:860px){
  .thing{grid-template-columns:14px minmax(0,1fr);padding:8px 12px}
  .heads{display:none}
  .thing .what,.thing .how,.thing .wide-how,.brief .how,.thing .about,.thing .inner,.thing .figures-of{grid-column:2}
  .figures-of{grid-template-columns:minmax(0,1fr) auto auto;padding:2px 0}
  .figures-of .use{width:100%}
  .site-ways{grid-template-columns:minmax(0,1fr);padding:8px 12px}
}
`;
