"""How the HTML report looks, light and dark, on screen and on paper."""

STYLE = """
:root { --ink: #1b1f24; --dim: #59636e; --page: #ffffff; --line: #d1d9e0; --soft: #f3f5f7;
  --good: #1a7f37; --bad: #cf222e; --open: #9a6700; --a: #8250df; --b: #0969da; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --dim: #9198a1; --page: #0d1117; --line: #3d444d; --soft: #151b23;
    --good: #3fb950; --bad: #f85149; --open: #d29922; --a: #bc8cff; --b: #58a6ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 24px; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 32px 0 8px; padding-top: 12px; border-top: 1px solid var(--line); }
h2 small { font-size: 14px; font-weight: normal; color: var(--dim); margin-left: 8px; }
h3 { font-size: 15px; margin: 20px 0 8px; }
p { margin: 6px 0; }
.verdict { font-size: 18px; font-weight: 600; padding: 10px 14px; }
.verdict { border-left: 5px solid var(--open); background: var(--soft); }
.verdict.pass { border-color: var(--good); } .verdict.fail { border-color: var(--bad); }
.note, .cautions { color: var(--open); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 600; }
.n { text-align: right; white-space: nowrap; }
tr.fail, tr.worse { color: var(--bad); } tr.pending, tr.undecided { color: var(--open); }
tr.pass td:nth-child(2), tr.better td:nth-child(2) { color: var(--good); }
details { margin: 8px 0; } summary { cursor: pointer; }
pre { background: var(--soft); padding: 12px; overflow-x: auto; font: 13px/1.45 ui-monospace, monospace; }
.added { color: var(--good); } .removed { color: var(--bad); } .field { color: var(--dim); font-weight: 600; }
figure { margin: 12px 0; max-width: 720px; } figcaption { color: var(--dim); font-size: 13px; }
svg { width: 100%; height: auto; display: block; }
svg text { font: 12px system-ui, sans-serif; fill: var(--dim); }
svg .label { text-anchor: end; } svg .middle { text-anchor: middle; } svg .end { text-anchor: end; }
svg .key { font-weight: 700; } svg .key.a { fill: var(--a); } svg .key.b { fill: var(--b); }
svg .grid { stroke: var(--line); } svg .half { stroke: var(--dim); stroke-dasharray: 4 4; }
svg .band { fill: var(--b); fill-opacity: 0.18; }
svg .line { fill: none; stroke-width: 2; } svg .line.a { stroke: var(--a); } svg .line.b { stroke: var(--b); }
svg .bar { fill: var(--dim); fill-opacity: 0.45; }
svg .bar.worse { fill: var(--bad); } svg .bar.better { fill: var(--good); }
svg .ring { fill: none; stroke: var(--ink); stroke-width: 1.5; }
svg .whisker { stroke: var(--ink); } svg .mean { fill: var(--ink); }
@media print { main { max-width: none; } details { display: block; } }
"""
