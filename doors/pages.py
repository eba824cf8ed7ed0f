"""Pages for customers' browsers: a sentence in their language, nothing from elsewhere, nothing kept, no address passed on.

Source: OWASP "HTTP Headers" cheat sheet (Content-Security-Policy, Referrer-Policy, Cache-Control).
"""

from __future__ import annotations

from html import escape
from typing import Final

import azure.functions as func

STYLE: Final = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;margin:12vh auto;max-width:32rem;padding:0 1.2rem;color:#222}"
    "h1{font-size:1.3rem}@media(prefers-color-scheme:dark){body{background:#1b1b1b;color:#eee}}"
)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def page(status: int, title: str, sentence: str, language: str) -> func.HttpResponse:
    """One heading and one sentence."""
    html = (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1><p>{escape(sentence)}</p></main></body></html>"
    )
    return func.HttpResponse(html, status_code=status, headers=dict(HEADERS), mimetype="text/html", charset="utf-8")


def redirect(address: str) -> func.HttpResponse:
    """On to the gateway's page."""
    return func.HttpResponse(b"", status_code=303, headers={**HEADERS, "Location": address})


def languages(req: func.HttpRequest) -> tuple[str, ...]:
    """The languages that a browser asks for, in the order in which it names them; at most five."""
    given = {name.lower(): value for name, value in req.headers.items()}.get("accept-language", "")
    tags = (part.split(";", 1)[0].strip() for part in given[:200].split(","))
    return tuple(tag for tag in tags if tag.replace("-", "").isalnum())[:5]
