/** The banner: sentence and evidence left, fault chain right. */
export const verdict = `
.verdict{display:flex;gap:24px;padding:16px 18px 16px 22px;border-left-width:6px}
.v-down.verdict{border-left-color:var(--f-down)} .v-degraded.verdict{border-left-color:var(--f-deg)}
.v-unknown.verdict{border-left-color:var(--f-unk)} .v-up.verdict{border-left-color:var(--f-up)}
.v-down.verdict,.v-down .site-line,.v-down.whole{background:var(--tint-down)}
.v-degraded.verdict,.v-degraded.whole{background:var(--tint-deg)}
.finding{flex:1;min-width:0;overflow-wrap:anywhere}
.finding>*+*{margin-top:8px}
.verdict .label{display:flex;align-items:center;gap:8px;font-size:13px;font-weight:700}
.verdict .label+h1{margin-top:4px}
h1 .since{font-size:18px;font-weight:400}
.quiet h1{font-size:20px;line-height:28px}
.quiet h1 .since{font-size:inherit}
h1 .g{width:18px;height:18px;vertical-align:-2px}
.fault{font-size:16px;line-height:24px}
.evidence{display:grid;gap:2px}
.evidence li{position:relative;padding-left:16px}
.evidence li::before{content:"";position:absolute;left:2px;top:8px;width:5px;height:5px;border-radius:50%;background:var(--dim)}
.chain{flex:0 0 290px;border-left:1px solid var(--line);padding-left:24px;display:flex;flex-direction:column}
.chain li{position:relative;padding:0 0 14px 28px;flex:0 0 auto;overflow-wrap:anywhere}
.chain li:last-child{padding-bottom:0}
.chain li::before{content:"";position:absolute;left:6px;top:12px;height:100%;border-left:2px solid var(--f-up)}
.chain li.dashed::before{border-left:2px dashed var(--f-unk)}
.chain li:last-child::before{display:none}
.chain .g{position:absolute;left:0;top:3px;z-index:1;background:inherit}
.chain .g.s-unknown{border-radius:50%}
.v-down .chain .g{background:var(--tint-down)} .v-degraded .chain .g{background:var(--tint-deg)}
.v-up .chain .g,.v-unknown .chain .g{background:var(--card)}
.chain b,.chain small{display:block}
.chain .t-unknown{color:var(--dim)}
.chain small{color:var(--dim)}
.quiet .chain{flex:1 1 auto;flex-direction:row;border:0;padding:0}
.verdict.quiet{flex-direction:column;gap:12px}
.quiet .chain li{flex:1 1 0;padding:20px 12px 0 0}
.quiet .chain li::before{left:6px;top:9px;height:0;width:100%;border-left:0;border-top:2px solid var(--f-up)}
.quiet .chain li.dashed::before{border-left:0;border-top:2px dashed var(--f-unk)}
.others{display:flex;flex-wrap:wrap;gap:6px 28px;padding:12px 6px 0}
.others li{overflow-wrap:anywhere}
.others .g{margin-right:4px}
.whole{display:flex;gap:8px;padding:8px 12px;margin-top:10px}
.whole .g{margin-top:3px}
`;
