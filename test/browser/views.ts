/** The views there are, as addresses of the incident's scene. A new view is a line here. */
export const VIEWS = {
  overview: '/',
  'overview, all open': '/?open=all&range=24h',
  site: '/site/mel-dc2',
  'target, bands': '/target/mel-core?range=14d',
  'target, heat map': '/target/mel-core?range=14d&view=heat',
  'target, table': '/target/akl-gw?range=24h&view=table',
  flows: '/flows',
  'flows, a group': '/flows?by=bytes&group=internet',
  vpc: '/vpc',
  'vpc, a table open': '/vpc?open=rtb-07c1e5a9b3d2f4a61&range=14d',
  events: '/events?range=14d',
  agent: '/agent',
} as const;

export const THEMES = ['light', 'dark'] as const;
