"""The pages of our dialogs: whole HTML files, which show their frame before a script has come, made from one frame.

Scripts and styles are named by paths relative to the page, by which web resources find each other in every tenant. Nothing of a
script or a style stands in the page itself.

Source: learn.microsoft.com, "Web resources in model-driven apps" (relative paths).
"""

from __future__ import annotations

from html import escape
from textwrap import indent
from typing import TYPE_CHECKING

from dataverse.solution import layout
from dataverse.solution.content.dialogs import Field, Form, Table

if TYPE_CHECKING:
    from dataverse.solution.content.dialogs import Dialog, Fact

SHARED = ("amounts", "jobs", "dialog")
"""The scripts of every dialog, in the order in which they need each other; the dialog's own come after them."""
FRAME = """\
<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title}</title>
  <link rel="stylesheet" href="../styles/dialog.css">
</head>
<body>
  <main>
    <h1 id="title">{row}</h1>
    <div id="sheet" hidden>
      <dl class="facts">
{facts}\
      </dl>
    </div>
{parts}\
    <div id="outcome" class="outcome" role="status" tabindex="-1"></div>
    <div id="after" class="actions" hidden>
      <button id="again" type="button" hidden>{again}</button>
      <button id="close" class="first" type="button">Close</button>
    </div>
  </main>
{scripts}\
</body>
</html>
"""
TABLE = """\
<div id="{id}" class="lines" role="region" aria-labelledby="caption" tabindex="0" hidden>
  <table>
    <caption id="caption">{caption}</caption>
    <thead>
      <tr>{headings}</tr>
    </thead>
    <tbody id="rows"></tbody>
  </table>
</div>
"""
FORM = """\
<form id="{id}"{named} novalidate hidden>
{fields}\
  <div class="actions">
    <button id="{submit}" class="first" type="submit">{verb}</button>
    <button id="{leave}" type="button">{way_out}</button>
  </div>
</form>
"""
TITLE = """\
<h2 id="{id}-title">{title}</h2>
"""
FIELD = """\
<label for="{id}" id="{id}-label">{label}</label>
<input id="{id}" autocomplete="off" required {takes} aria-describedby="{about}">
"""
HINT = """\
<p id="{hint}" class="hint"></p>
"""
WRONG = """\
<p id="{id}-error" class="error" role="alert"></p>
"""


def page_path(dialog: Dialog) -> str:
    """Where its page lies in the unpacked package."""
    return f"{layout.DIALOGS}{dialog.name}.html"


def page(dialog: Dialog) -> bytes:
    """The whole page."""
    scripts = "".join(f'<script src="../scripts/{name}.js"></script>\n' for name in (*SHARED, dialog.shows, dialog.name))
    return FRAME.format(
        title=escape(dialog.title),
        row=escape(dialog.row),
        facts=indent("".join(map(_fact, dialog.facts)), " " * 8),
        parts=indent("".join(map(_part, dialog.parts)), " " * 4),
        again=escape(dialog.again),
        scripts=indent(scripts, " " * 2),
    ).encode()


def _fact(fact: Fact) -> str:
    look = ' class="sum"' if fact.is_sum else ""
    return f'<div><dt>{escape(fact.label)}</dt><dd id="{fact.id}"{look}></dd></div>\n'


def _part(part: Table | Form | str) -> str:
    if isinstance(part, Table):
        return _table(part)
    return _form(part) if isinstance(part, Form) else part


def _table(table: Table) -> str:
    headings = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in table.headings)
    figures = "".join(f'<th scope="col" class="figure">{escape(heading)}</th>' for heading in table.figures)
    return TABLE.format(id=table.id, caption=escape(table.caption), headings=headings + figures)


def _form(form: Form) -> str:
    title = TITLE.format(id=form.id, title=escape(form.title)) if form.title else ""
    fields = (_field(one) if isinstance(one, Field) else one for one in form.fields)
    return FORM.format(
        id=form.id,
        named=f' aria-labelledby="{form.id}-title"' if form.title else "",
        fields=indent(title + "".join(fields), " " * 2),
        submit=form.submit,
        verb=escape(form.verb),
        leave=form.way_out.lower(),
        way_out=escape(form.way_out),
    )


def _field(field: Field) -> str:
    about = f"{field.hint} {field.id}-error".strip()
    line = FIELD.format(id=field.id, label=field.label, takes=field.takes, about=about)
    hint = HINT.format(hint=field.hint) if field.hint else ""
    return line + hint + WRONG.format(id=field.id)
