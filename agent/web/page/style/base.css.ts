/** Type, links, the frame of the document: head, navigation, cards, tools, footer. */
export const base = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:14px/20px var(--sans);font-variant-numeric:tabular-nums;overflow-wrap:break-word}
h1,h2,h3,p,ul,ol,dl,dd,figure,pre{margin:0;padding:0}
h1{font-size:25px;line-height:32px;font-weight:700;overflow-wrap:anywhere}
h2{font-size:16px;line-height:24px;font-weight:700}
h3{font-size:15px;line-height:20px;font-weight:700}
ul,ol{list-style:none}
a{color:var(--link)}
a:not(:hover){text-decoration-color:color-mix(in srgb,currentColor 45%,transparent)}
small,.small{font-size:12px;line-height:16px}
.mono,pre,kbd{font-family:var(--mono);font-size:12px}
.dim{color:var(--dim)}
.num{text-align:right}
.t-up{color:var(--t-up)} .t-degraded{color:var(--t-deg)} .t-down{color:var(--t-down)}
.t-unknown{color:var(--ink)} .t-unchecked{color:var(--dim)}
.vh{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
thead.vh{display:block}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:4px}
main:focus{outline:none}
.skip{position:absolute;left:8px;top:-60px;z-index:9;background:var(--card);padding:8px 12px;border:1px solid var(--line);border-radius:8px}
.skip:focus{top:8px}
.sprite{position:absolute}
.g{flex:none;vertical-align:-2px;color:var(--dim)}
.s-up{color:var(--f-up)} .s-degraded{color:var(--f-deg)} .s-down{color:var(--f-down)}
.s-unknown{color:var(--f-unk)} .s-note{color:var(--note)}
.cross{stroke:var(--cross)}
.hatch-line{stroke:var(--hatch);stroke-width:2}

.top{background:var(--card);border-bottom:1px solid var(--line)}
.top-in,main,footer{max-width:1280px;margin:0 auto;padding:0 20px}
.top-in{display:flex;align-items:center;gap:8px 24px;min-height:46px}
.who{min-width:0;overflow-wrap:anywhere}
.who b{font-size:15px}
.who .g{margin-right:4px}
nav{margin-left:auto}
nav ul{display:flex}
nav a{display:block;padding:13px 10px 10px;border-bottom:3px solid transparent;color:var(--dim);text-decoration:none}
nav a:hover{color:var(--ink)}
nav a[aria-current]{color:var(--ink);font-weight:700;border-bottom-color:var(--link)}
.live{white-space:nowrap;display:flex;align-items:center;gap:5px}
#live{font-size:12px;color:var(--dim)}
#live.on{color:var(--t-up)} #live.off{color:var(--t-down);font-weight:700}
#clock{font-weight:700}
.zone{font-size:12px;color:var(--dim)}
button,select,input[type=search]{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:3px 9px;min-height:28px}
button{cursor:pointer}
button:hover{background:var(--soft)}
#tz{font-size:12px;color:var(--link);padding:2px 7px;margin-left:3px}
kbd{border:1px solid var(--line);border-radius:4px;padding:0 4px;background:var(--card)}

main{padding-top:16px;padding-bottom:8px}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px}
.pad{padding:12px 16px}
.none{padding:12px 16px;color:var(--dim)}
.first{margin-top:12px}
.wide{overflow-x:auto}
.crumbs{margin-bottom:8px}
.section-head{display:flex;flex-wrap:wrap;align-items:center;gap:8px 16px;margin:22px 0 8px}
h1+.section-head{margin-top:4px}
.section-head:not(:has(.tools)){align-items:baseline}
.section-head>p{color:var(--dim)}
.section-head>p b{color:var(--ink)}
.counts{display:flex;flex-wrap:wrap;gap:4px 14px}
.counts>span:not(.dim){color:var(--ink)}
.counts .g{margin-right:3px}
.tools{margin-left:auto;display:flex;flex-wrap:wrap;align-items:center;gap:8px 12px}
.control{display:flex;flex-wrap:wrap;align-items:center;gap:8px 10px}
.seg{display:inline-flex;border:1px solid var(--line);border-radius:8px;overflow:hidden;background:var(--card)}
.seg>*{padding:5px 11px;border-left:1px solid var(--line);color:var(--dim);text-decoration:none;min-width:28px;text-align:center}
.seg>*:first-child{border-left:0}
.seg a:hover{color:var(--ink)}
.seg a[aria-current]{background:var(--soft);color:var(--ink);font-weight:700}
.seg a:focus-visible{outline-offset:-2px}
.seg .off{opacity:.45}
.copy{font-size:12px;line-height:24px}
.fixed{font-size:12px;color:var(--dim)}
.filter{display:flex;flex-wrap:wrap;align-items:center;gap:8px;position:relative}
.filter input[type=search]{width:150px;background:var(--card)}
.filter label:not(.vh){color:var(--dim)}
.vh-focus:not(:focus):not(:active){position:absolute;width:1px;height:1px;min-height:0;padding:0;margin:-1px;border:0;overflow:hidden;clip-path:inset(50%)}
.stale{background:var(--tint-down);border:1px solid var(--f-down);border-radius:8px;padding:8px 12px;margin-bottom:12px;font-weight:700}
.notes{display:grid;gap:4px;margin:0 0 8px;color:var(--dim)}
.notes li{display:flex;gap:8px}
.notes .g{margin-top:3px}
.notices{display:grid;grid-template-columns:minmax(0,1fr);gap:8px;margin-top:12px}
.notices li{display:flex;gap:10px;padding:10px 14px}
.notices .g{margin-top:3px}
.notices li>div{min-width:0;flex:1;overflow-wrap:anywhere}
.n-warning{background:var(--tint-deg)} .n-error{background:var(--tint-down)}
.remedy::before{content:"→ ";color:var(--dim)}
.notices pre,.pad pre{margin-top:8px;padding:10px 12px;background:var(--soft);border-radius:6px;overflow-x:auto}
footer{display:flex;flex-wrap:wrap;justify-content:space-between;gap:4px 24px;color:var(--dim);font-size:12px;padding-top:16px;padding-bottom:24px}
footer .paper{display:none}
footer a,footer button{color:inherit}
footer button{border:0;background:none;padding:0 2px;min-height:24px;font-size:12px}
dialog{background:var(--card);color:inherit;border:1px solid var(--line);border-radius:8px;padding:16px 22px;max-width:min(480px,calc(100vw - 24px))}
dialog::backdrop{background:rgb(0 0 0/.45)}
.keys{margin:8px 0 12px;border-collapse:collapse}
.keys th{text-align:left;font-weight:400;padding:4px 16px 4px 0;white-space:nowrap;vertical-align:top}
.keys td{padding:4px 0}
dialog form{margin-top:12px}
`;
