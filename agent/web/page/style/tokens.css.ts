/**
 * Colours and sizes. Blue is up, not green; colour is for state and violet for RTT alone. Contrast on the card:
 * text at least 4.5, fills at least 3; under simulated deficiencies fills keep apart (down against the rest ΔE ≥ 26),
 * and where they do not, shape and height carry the state.
 */
const LIGHT = `
  --bg:#f4f6f8; --card:#fff; --line:#d8dee5; --soft:#eaeef2;
  --ink:#15202b; --dim:#566270; --link:#0a57a8;
  --t-up:#17698a; --t-deg:#8a5a00; --t-down:#b4231a; --t-unk:#65717e;
  --f-up:#2b8cb0; --f-deg:#cf8500; --f-down:#b81f14; --f-unk:#8a929b;
  --tint-down:#fdf0ee; --tint-deg:#fdf6e6;
  --rtt:#54429b; --rtt-in:#b3a9dc; --rtt-out:#ddd8ef; --note:#54429b;
  --lost:#f0cfcc; --gap:#e6eaee; --hatch:#aab3bd; --cross:#fff;
  --h1:#e6e2f3; --h2:#c6bee4; --h3:#9d90cc; --h4:#7765b3; --h5:#4a388f;
`;
const DARK = `
  --bg:#0d1217; --card:#151c23; --line:#2a3541; --soft:#1d2630;
  --ink:#e7edf3; --dim:#9dadbc; --link:#84bdff;
  --t-up:#6cc3e3; --t-deg:#f2b63c; --t-down:#ff8a7a; --t-unk:#9dadbc;
  --f-up:#2f86a8; --f-deg:#f0b030; --f-down:#ff7a68; --f-unk:#77818c;
  --tint-down:#2a1716; --tint-deg:#29200f;
  --rtt:#c3b8ff; --rtt-in:#6a5dab; --rtt-out:#3d3566; --note:#a99bf0;
  --lost:#55302e; --gap:#232d37; --hatch:#4a5866; --cross:#151c23;
  --h1:#2b2a45; --h2:#463f72; --h3:#6a5dab; --h4:#9689d6; --h5:#c9c0ff;
`;

export const tokens = `
:root{ color-scheme:light dark;
  --sans:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;
  --mono:ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace;
  ${LIGHT} }
@media (prefers-color-scheme:dark){ :root{ ${DARK} } }
@media print{ :root{ color-scheme:light; ${LIGHT} } }
`;
