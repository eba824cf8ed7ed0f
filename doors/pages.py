"""Pages for customers' browsers: in the document's language or theirs, nothing from elsewhere, nothing kept, no address told.

A link's token stands behind the `#` of the address that is mailed, so no browser sends it with a request, and no host, proxy or
log of addresses sees it. The page at that address is the same for everybody; its script takes the token from there and posts it.
A pay link's token is kept for the browser's tab alone, which is how the way back from the gateway finds the invoice again.

Source: OWASP "HTTP Headers" cheat sheet (Content-Security-Policy, Referrer-Policy, Cache-Control); RFC 9110, 7.1 (the fragment is
no part of the request); W3C "Content Security Policy Level 3" (nonces; form-action also holds for redirects of a form's answer).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from html import escape
from typing import Final

import azure.functions as func

STYLE: Final = (
    ":root{color-scheme:light dark}*{box-sizing:border-box}"
    "body{font:1.0625rem/1.6 system-ui,sans-serif;margin:0 auto;padding:6vh 1rem;max-width:44rem;color:#1b1b1b;background:#fff}"
    "h1{font-size:1.35rem;line-height:1.3;overflow-wrap:anywhere}"
    "button{font:inherit;padding:.65rem 1.2rem;border-radius:.4rem;border:2px solid #1f3a5f;cursor:pointer;max-width:100%}"
    "button.go{background:#1f3a5f;color:#fff}button.else{background:transparent;color:inherit}"
    ":focus-visible{outline:3px solid #b35900;outline-offset:2px}"
    ".card{border:1px solid #8a8a8a;border-radius:.6rem;padding:1rem;margin:1.2rem 0}.note{font-size:.9rem;color:#555}"
    ".card>:first-child{margin-top:0}.card>:last-child{margin-bottom:0}"
    "table{width:100%;border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:.45rem .3rem .45rem 0}"
    "tr+tr td,tr+tr th{border-top:1px solid #ccc}.n{text-align:right;white-space:nowrap;padding-right:0}"
    "dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem;margin:1rem 0}dt{color:#555}"
    "dd{margin:0;overflow-wrap:anywhere}"
    "form{margin:.6rem 0}td{overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{background:#1b1b1b;color:#eee}.note,dt{color:#bbb}"
    "button{border-color:#9dc1ee}button.go{background:#9dc1ee;color:#111}:focus-visible{outline-color:#ffb35c}"
    "tr+tr td,tr+tr th{border-color:#444}}"
)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
POLICY: Final = "default-src 'none'; style-src 'nonce-{nonce}'; {more}form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
SCRIPT: Final = """(function () {
  var form = document.getElementById("open"), name = form.dataset.kept;
  var token = location.hash.slice(1);
  if (!token && name) { token = sessionStorage.getItem(name) || ""; }
  if (!token) { form.hidden = true; document.getElementById("none").hidden = false; return; }
  if (name) { sessionStorage.setItem(name, token); }
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = token;
  form.hidden = false;
  if (name) { form.submit(); }
})();"""
"""Takes the token from the address, puts it into the form, and sends the form where nobody need press anything."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A page that takes a link's token from its own address.

    Attributes:
        action: where the token is posted.
        sentence, button: what is said and what is pressed.
        none: what is said where the address holds no token.
        noscript: what is said where no script runs.
        kept: under which name the tab keeps the token, which is then posted at once; "" where a person presses first.
    """

    action: str
    sentence: str
    button: str
    none: str
    noscript: str
    kept: str = ""


def page(status: int, title: str, sentence: str, language: str, *, after_s: int = 0) -> func.HttpResponse:
    """One heading and one sentence. Shape: `after_s` says when to ask again."""
    more = {"Retry-After": str(after_s)} if after_s else {}
    return answer(status, title, f"<p>{escape(sentence)}</p>", language, headers=more)


def asking(title: str, ask: Ask, language: str) -> func.HttpResponse:
    """The page at the address that is mailed."""
    nonce = secrets.token_urlsafe(16)
    body = (
        f'<form id="open" method="post" action="{escape(ask.action)}" data-kept="{escape(ask.kept)}" hidden>'
        f"<p>{escape(ask.sentence)}</p>"
        f'<input type="hidden" name="token"><button class="go">{escape(ask.button)}</button></form>'
        f'<p id="none" hidden>{escape(ask.none)}</p><noscript><p>{escape(ask.noscript)}</p></noscript>'
        f'<script nonce="{nonce}">{SCRIPT}</script>'
    )
    return answer(200, title, body, language, script=nonce)


def onward(title: str, sentence: str, button: str, address: str, language: str) -> func.HttpResponse:
    """On to the gateway's page: by itself, and by a link that can be pressed. A redirect would be held up by `form-action`."""
    link = escape(address)
    body = f'<p>{escape(sentence)}</p><p><a href="{link}" rel="noreferrer">{escape(button)}</a></p>'
    return answer(200, title, body, language, head=f'<meta http-equiv="refresh" content="0;url={link}">')


def answer(
    status: int,
    title: str,
    body: str,
    language: str,
    *,
    head: str = "",
    script: str = "",
    headers: dict[str, str] | None = None,
) -> func.HttpResponse:
    """A whole page. Shape: `body` and `head` are HTML; `script` is the nonce of the one script that may run."""
    nonce = script or secrets.token_urlsafe(16)
    html = (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">{head}'
        f'<title>{escape(title)}</title><style nonce="{nonce}">{STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    policy = POLICY.format(nonce=nonce, more=f"script-src 'nonce-{nonce}'; " if script else "")
    said = {**HEADERS, "Content-Security-Policy": policy, **(headers or {})}
    return func.HttpResponse(html, status_code=status, headers=said, mimetype="text/html", charset="utf-8")


def download(name: str, content: bytes) -> func.HttpResponse:
    """A PDF that the browser keeps; what a header cannot say of its name becomes `_`."""
    plain = "".join(char if char.isascii() and char not in '"\\' else "_" for char in name)
    said = {**HEADERS, "Content-Disposition": f'attachment; filename="{plain}"', "Content-Security-Policy": "sandbox"}
    return func.HttpResponse(content, status_code=200, headers=said, mimetype="application/pdf")


def languages(req: func.HttpRequest) -> tuple[str, ...]:
    """The languages that a browser asks for, in the order in which it names them; at most five."""
    given = {name.lower(): value for name, value in req.headers.items()}.get("accept-language", "")
    tags = (part.split(";", 1)[0].strip() for part in given[:200].split(","))
    return tuple(tag for tag in tags if tag.replace("-", "").isalnum())[:5]
