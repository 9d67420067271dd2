internal import GateCore

/// The style of the page: light and dark, for a wide screen, a phone and paper.
///
/// Text has a contrast of at least 4.5 to its background (WCAG 2.2, 1.4.3), drawings have 3
/// (1.4.11). No meaning is conveyed by color alone.
enum PageStyle {
  static let sheet: Markup = """
    :root {
      color-scheme: light dark;
      --page: #f6f7f9; --card: #ffffff; --line: #d9dde3; --text: #1b1f24; --faint: #59616b;
      --good: #176f37; --bad: #b3261e; --waiting: #7d5200; --mark: #4655b8;
      --healthy: #2f9e5b; --unhealthy: #d9423a; --initial: #9aa3ad; --fail: #a3121a; --empty: #eceff2;
      --tick: #0d3d1f; --code: #f0f2f5;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #101316; --card: #181c20; --line: #333a42; --text: #e7eaee; --faint: #a2abb5;
        --good: #5ccb85; --bad: #ff8a80; --waiting: #e3b341; --mark: #a5b1ff;
        --healthy: #2f9e5b; --unhealthy: #e5534b; --initial: #6e7781; --fail: #ff9b94; --empty: #22272d;
        --tick: #d4f5e0; --code: #22272d;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere;
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
    }
    header, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1rem; }
    header { padding-top: 2rem; padding-bottom: .5rem; }
    h1 { font-size: 2.4rem; line-height: 1.15; margin: .25rem 0 .5rem; }
    h2 { font-size: 1.2rem; margin: 2rem 0 .6rem; }
    h3 { font-size: 1rem; margin: 0 0 .4rem; }
    p { margin: .4rem 0; }
    code, .block { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
    code { font-size: .9em; background: var(--code); border-radius: .25rem; padding: .1em .3em; }
    code.block { display: block; padding: .5em .7em; white-space: pre-wrap; }
    .kicker, .meta, .caption, .sub, footer { color: var(--faint); }
    .kicker { margin: 0; font-size: .95rem; }
    .meta, .caption, footer { font-size: .9rem; }
    .reason { font-size: 1.25rem; line-height: 1.4; margin: .2rem 0 .6rem; max-width: 50rem; }
    .sub { display: block; font-size: .85rem; font-weight: 400; }
    .sign {
      display: inline-block; width: 1.2em; height: 1.2em; line-height: 1.2em; text-align: center;
      border-radius: 50%; color: var(--page); font-size: .8em; font-weight: 700;
    }
    .is-good h1, .good { color: var(--good); }
    .is-bad h1, .bad { color: var(--bad); }
    .is-waiting h1, .waiting { color: var(--waiting); }
    .faint { color: var(--faint); }
    .is-good .sign { background: var(--good); }
    .is-bad .sign { background: var(--bad); }
    .is-waiting .sign { background: var(--waiting); }
    .note { border-left: .25rem solid var(--waiting); padding-left: .75rem; }
    .card {
      background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
      padding: .9rem 1rem; margin: 0 0 .75rem;
    }
    .alert { border-color: var(--bad); }
    .alert h2 { margin-top: 0; color: var(--bad); }
    .tag {
      display: inline-block; border: 1px solid var(--line); border-radius: 1rem;
      padding: 0 .6rem; font-size: .85rem;
    }
    .figures { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0 0; }
    .figures div {
      background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
      padding: .5rem .8rem; flex: 1 1 auto; min-width: 6rem;
    }
    .figures dt { color: var(--faint); font-size: .85rem; }
    .figures dd { margin: 0; font-size: 1.05rem; font-weight: 600; white-space: nowrap; }
    .figures .main { flex-grow: 2; }
    .figures .main dd { font-size: 1.6rem; line-height: 1.3; }
    .figures .bad { border-color: var(--bad); }
    .facts { display: grid; grid-template-columns: 6rem 1fr; gap: .4rem .75rem; margin: .6rem 0 0; }
    .facts dt { color: var(--faint); }
    .facts dd { margin: 0; }
    .names { display: flex; flex-wrap: wrap; gap: 0 .8rem; list-style: none; margin: 0; padding: 0; }
    .legend { font-size: .9rem; color: var(--faint); display: flex; flex-wrap: wrap; gap: 0 1rem; }
    .key {
      display: inline-block; width: 1rem; height: .75rem; margin-right: .35rem;
      vertical-align: -.05rem;
    }
    .key.initial { background: var(--initial); height: .25rem; vertical-align: .2rem; }
    .key.healthy { background: var(--healthy); }
    .key.unhealthy { background: var(--unhealthy); }
    .key.pass, .key.fail, .key.miss { width: 2px; height: .5rem; background: var(--tick); }
    .key.fail { height: 1.1rem; background: var(--fail); vertical-align: -.2rem; }
    .key.miss { height: 1.1rem; background: var(--waiting); vertical-align: -.2rem; }
    .key.fault { width: 0; height: 1.1rem; border-left: 2px dotted var(--waiting); vertical-align: -.2rem; }
    .key.grace { height: 2px; background: var(--mark); vertical-align: .2rem; }
    .key.dot { width: .5rem; height: .5rem; border-radius: 50%; background: var(--healthy); }
    .key.dot.missed { background: var(--unhealthy); border-radius: 0; }
    .plot { overflow: hidden; }
    .drawing { display: block; }
    .drawing, .drawing svg { overflow: visible; }
    .drawing text {
      font-size: 12px; fill: var(--text); stroke: var(--card); stroke-width: 4px;
      stroke-linejoin: round; paint-order: stroke;
    }
    .drawing .name { font-size: 13px; font-weight: 600; }
    .drawing .axis, .drawing text.faint, .drawing tspan.faint { fill: var(--faint); }
    .drawing text.good, .drawing tspan.good { fill: var(--good); }
    .drawing text.bad, .drawing tspan.bad { fill: var(--bad); }
    .drawing text.waiting, .drawing tspan.waiting { fill: var(--waiting); }
    .drawing text.soak, .drawing text.deadline { fill: var(--mark); }
    .drawing text.verdict { font-weight: 600; }
    .drawing path, .drawing line { vector-effect: non-scaling-stroke; fill: none; }
    .drawing .grid { stroke: var(--line); stroke-width: 1; }
    .drawing path.empty { fill: var(--empty); }
    .drawing path.initial { fill: var(--initial); }
    .drawing path.healthy { fill: var(--healthy); }
    .drawing path.unhealthy { fill: var(--unhealthy); }
    .drawing .pass { stroke: var(--tick); stroke-width: 1.5; }
    .drawing .fail { stroke: var(--fail); stroke-width: 2.5; }
    .drawing .dot.old { stroke: var(--initial); }
    .key.dot.old { background: var(--initial); }
    .drawing .miss { stroke: var(--waiting); stroke-width: 2; stroke-dasharray: 3 2; }
    .drawing .grace { stroke: var(--mark); stroke-width: 2; }
    .drawing .wanted { stroke: var(--text); stroke-width: 1; stroke-dasharray: 4 3; }
    .drawing line.verdict { stroke: currentColor; stroke-width: 2; }
    .drawing line.soak, .drawing line.deadline {
      stroke: var(--mark); stroke-width: 1.5; stroke-dasharray: 5 4;
    }
    .drawing text.fault { fill: var(--waiting); }
    .drawing line.fault { stroke: var(--waiting); stroke-width: 1; stroke-dasharray: 2 3; }
    .drawing .dot {
      stroke: var(--healthy); stroke-width: 6; stroke-linecap: round; stroke-opacity: .75;
    }
    .drawing .dot.missed {
      stroke: var(--unhealthy); stroke-width: 7; stroke-linecap: square; stroke-opacity: 1;
    }
    .drawing path.passed { fill: var(--healthy); }
    .drawing path.failed { fill: var(--unhealthy); }
    .drawing .shade1 { fill-opacity: .35; }
    .drawing .shade2 { fill-opacity: .55; }
    .drawing .shade3 { fill-opacity: .75; }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; }
    td:last-child { padding-right: 0; }
    tbody tr { border-top: 1px solid var(--line); }
    thead th { color: var(--faint); font-size: .85rem; font-weight: 500; padding-top: 0; }
    tbody th { font-weight: 600; }
    .settings { columns: 24rem 2; column-gap: 2.5rem; margin: 0; }
    .settings div {
      display: grid; grid-template-columns: 11.5rem 1fr; gap: .75rem; break-inside: avoid;
      padding: .35rem 0; border-bottom: 1px solid var(--line);
    }
    .settings dt { color: var(--faint); font-size: .9rem; }
    .settings dd { margin: 0; }
    .state { white-space: nowrap; font-weight: 600; }
    .instances th { min-width: 9rem; }
    .instances td:nth-of-type(2), .instances td:nth-of-type(3) { min-width: 7rem; }
    summary { cursor: pointer; padding: .5rem 0; }
    footer { padding-top: 1rem; padding-bottom: 2rem; }
    @media (max-width: 44rem) {
      header { padding-top: 1.25rem; }
      h1 { font-size: 2rem; }
      .reason { font-size: 1.1rem; }
      .card { padding: .75rem; }
      .facts { grid-template-columns: 1fr; gap: 0; }
      .facts dt { margin-top: .4rem; font-size: .85rem; }
      .drawing .more { display: none; }
      .instances, .instances tbody, .instances tr, .instances th, .instances td {
        display: block; width: auto;
      }
      .instances thead { display: none; }
      .instances tbody tr { padding: .6rem 0; }
      .instances tbody tr:first-child { border-top: 0; padding-top: 0; }
      .instances th, .instances td { padding: .1rem 0; }
      .instances td { display: grid; grid-template-columns: 7rem 1fr; gap: 0 .5rem; }
      .instances td::before { content: attr(data-label); color: var(--faint); font-size: .85rem; }
      .instances td > * { grid-column: 2; }
      .settings div { grid-template-columns: 9.5rem 1fr; gap: .5rem; }
      .settings dt { font-size: .85rem; }
    }
    @media print {
      body { background: #fff; }
      .card, .figures div { break-inside: avoid; }
    }
    """
}

extension PageStyle {
  /// A whole page without external resources, for a decision by a version of the program.
  static func page(
    _ title: String, by version: String, _ decision: Decision, _ body: Markup
  ) -> Markup {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
    style-src 'unsafe-inline'; img-src data:">
    <meta name="generator" content="healthgate \(version)">
    <link rel="icon" href="data:,">
    <title>\(title)</title>
    <style>
    \(sheet)
    </style>
    </head>
    <body class="is-\(decision.tone.className)">
    \(body)
    </body>
    </html>

    """
  }
}
