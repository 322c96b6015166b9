"""The page's skeleton and style. `string.Template`: names after a dollar sign are filled in, two dollar signs are one.

Nothing is loaded from anywhere: the style is here and pictures are embedded.
"""

from string import Template

PAGE = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
$style
</style>
</head>
<body>
<header>
<p class="brand">Consort</p>
<h1>$title</h1>
<p class="lead">$lead</p>
<dl class="key">
$key
</dl>
</header>
<main>
$sections
</main>
<footer>
$footer
</footer>
</body>
</html>
"""
)

FIGURE = Template(
    """<figure>
<picture>
<source media="(prefers-color-scheme: dark)" srcset="$dark">
<img src="$light" alt="$alt" width="$width" height="$height">
</picture>
<figcaption>$caption</figcaption>
</figure>"""
)

STYLE = Template(
    """:root {
  --page: $light_page; --text: $light_text; --muted: $light_muted; --rule: $light_rule;
  --panel: $light_panel; --strong: $light_served; --good: $light_peak; --bad: $light_price;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: $dark_page; --text: $dark_text; --muted: $dark_muted; --rule: $dark_rule;
    --panel: $dark_panel; --strong: $dark_served; --good: $dark_peak; --bad: $dark_price;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; background: var(--page); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .75rem; }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .5rem; }
p { margin: .5rem 0; max-width: 48rem; }
.brand { margin: 0 0 .25rem; color: var(--muted); letter-spacing: .08em; text-transform: uppercase; font-size: .8rem; }
.lead { font-size: 1.1rem; }
.key { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; }
.key div { background: var(--panel); border-radius: .5rem; padding: .7rem .9rem; }
.key dt { color: var(--muted); font-size: .85rem; }
.key dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
figure { margin: 1rem 0; }
figure img { display: block; width: 100%; height: auto; border: 1px solid var(--rule); border-radius: .5rem; }
figcaption, .note { color: var(--muted); font-size: .92rem; margin-top: .5rem; max-width: 48rem; }
.scroll { overflow-x: auto; }
ol { padding-left: 1.4rem; max-width: 48rem; }
ol > li { margin: .6rem 0; }
ul { margin: .2rem 0; padding-left: 1.2rem; color: var(--muted); }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .22rem .6rem; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th { color: var(--muted); font-weight: 600; vertical-align: bottom; }
th.text, td.text { text-align: left; }
td.wrap { white-space: normal; }
tr.total td { font-weight: 600; border-top: 2px solid var(--muted); border-bottom: none; }
tr.rest td { color: var(--muted); font-style: italic; }
td.holds { color: var(--good); font-weight: 600; }
td.fails { color: var(--bad); font-weight: 700; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .92em; overflow-wrap: anywhere; }
footer { margin-top: 3rem; border-top: 1px solid var(--rule); padding-top: 1rem; color: var(--muted); font-size: .92rem; }
@media print { body { max-width: none; } figure, tr { break-inside: avoid; } }"""
)
