"""`$filter` text to a tree, by recursive descent.

    filter     = conjunction { "or" conjunction }
    conjunction= term { "and" term }
    term       = "not" term | "(" filter ")" | function | lambda | operand [ op operand ]

Only what Dataverse supports is read; the rest is refused by name. Source: Microsoft Learn, "Filter rows using OData".
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from local.dataverse import errors
from local.dataverse.constants import constant, unescaped
from local.dataverse.expressions import (
    Both,
    Comparison,
    Either,
    Filter,
    Flag,
    Function,
    Lambda,
    Literal,
    Not,
    Operand,
    Path,
    Text,
    Type,
)
from local.dataverse.lexer import READ_BEFORE, Token, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPARISONS = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
TEXTS = frozenset({"contains", "startswith", "endswith"})
CRM = "Microsoft.Dynamics.CRM."
MAX_DEPTH = 60
MAX_TERMS = 500
"""Dataverse itself gives up at 500 conditions in a query."""
SHORT = 2000
"""Filters of at most so many characters are kept as they were read; longer ones list ids, and hardly ever come twice."""

Value = Literal | tuple[Literal, ...]
_NO_COMMA = (
    "Invalid JSON. A comma character ',' was expected in scope 'Array'. Every two elements in an array and properties of an "
    "object must be separated by commas."
)


def alias(name: str, aliases: Mapping[str, str] | None) -> str | None:
    """What a parameter alias stands for, None for one that is not set.

    Errors: 400 for an alias of an alias, and for any inside `$expand`.
    """
    if aliases is None:
        raise errors.bad(f"The parameter alias '{name}' cannot be used inside $expand.")
    text = aliases.get(name)
    if text is not None and text.startswith("@"):
        raise errors.bad(f"The parameter alias '{name}' may not name another alias.")
    return text


def parse(text: str, aliases: Mapping[str, str] | None) -> Filter:
    """Read a `$filter`. Errors: 400 with the place; 400 naming an operator or function that Dataverse does not support."""
    return _Parser(text, aliases).whole() if "@" in text or len(text) > SHORT else _without_alias(text)


@lru_cache(READ_BEFORE)
def _without_alias(text: str) -> Filter:
    return _Parser(text, None).whole()


def _listed(text: str) -> tuple[Literal, ...]:
    """A list in an alias. A quote that ends early leaves text that JSON's reader calls a missing comma. Errors: 400."""
    try:
        parser = _Parser(text, {})
    except errors.DataverseError as error:
        raise errors.bad(_NO_COMMA) if "unterminated" in error.message else error from None
    return parser.list_alone()


def argument(text: str, aliases: Mapping[str, str]) -> Value:
    """Read one parameter of a function: a constant, a list, or an alias of one. Errors: 400."""
    parser = _Parser(text, aliases)
    value = parser.value()
    if parser.token.kind != "end":
        raise errors.bad(f"'{text}' is not a value.")
    return value


def literal(text: str) -> Literal:
    """Read one constant, as in a key segment. Errors: 400."""
    parser = _Parser(text, {})
    value = parser.operand()
    if not isinstance(value, Literal) or parser.token.kind != "end":
        raise errors.bad(f"'{text}' is not a literal.", "")
    return value


class _Parser:
    def __init__(self, text: str, aliases: Mapping[str, str] | None) -> None:
        self._text = text
        self._aliases = aliases
        self._tokens = tokens(text)
        self._at = 0
        self.token = self._tokens[0]
        self._depth = 0
        self._terms = 0

    def whole(self) -> Filter:
        tree = self._filter()
        if self.token.kind != "end":
            self._fail()
        return tree

    def _fail(self, token: Token | None = None) -> NoReturn:
        token = token or self.token
        raise errors.bad(
            f"Syntax error at position {token.at} in '{self._text}'." + (f" Unexpected '{token.text}'." if token.text else "")
        )

    def _next(self) -> Token:
        token = self.token
        self._at = min(self._at + 1, len(self._tokens) - 1)
        self.token = self._tokens[self._at]
        return token

    def _is(self, kind: str, text: str) -> bool:
        return self.token.kind == kind and self.token.text == text

    def _take(self, kind: str, text: str) -> None:
        if not self._is(kind, text):
            self._fail()
        self._next()

    def _filter(self) -> Filter:
        tree = self._conjunction()
        while self._is("word", "or"):
            self._next()
            tree = Either(tree, self._conjunction())
        return tree

    def _conjunction(self) -> Filter:
        tree = self._term()
        while self._is("word", "and"):
            self._next()
            tree = Both(tree, self._term())
        return tree

    def _term(self) -> Filter:
        self._depth += 1
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise errors.bad("Number of conditions in query exceeded maximum limit.", "0x8004430c")
        if self._depth > MAX_DEPTH:
            raise errors.bad(f"The filter is nested more than {MAX_DEPTH} levels deep.")
        try:
            return self._unbounded_term()
        finally:
            self._depth -= 1

    def _unbounded_term(self) -> Filter:
        if self._is("word", "not"):
            self._next()
            return Not(self._denied())
        if self._is("mark", "("):
            self._next()
            tree = self._filter()
            self._take("mark", ")")
            return tree
        if self.token.kind == "word" and self._tokens[self._at + 1].text == "(" and self._tokens[self._at + 1].kind == "mark":
            return self._call(self._next())
        left = self.operand()
        if isinstance(left, Path) and self._is("mark", "("):
            return self._lambda(left)
        return self._comparison(left)

    def _denied(self) -> Filter:
        """What `not` denies: it binds closer than a comparison does."""
        bare = not self._is("mark", "(")
        body = self._term()
        if bare and isinstance(body, Comparison):
            raise errors.bad(
                f"A unary operator with an incompatible type was detected for operator kind 'Not' in '{self._text}'. Put the "
                "comparison in parentheses."
            )
        return body

    def _comparison(self, left: Operand) -> Filter:
        if self.token.kind != "word" or self.token.text in {"and", "or"}:
            return Flag(left)
        op = self._next().text
        if op not in COMPARISONS:
            raise errors.bad(f"The operator '{op}' in '{self._text}' is not supported.")
        return Comparison(op, left, self.operand())

    def _call(self, name: Token) -> Filter:
        self._take("mark", "(")
        if name.text in TEXTS:
            return self._text_call(name.text)
        if name.text.startswith(CRM):
            return self._function(name.text.removeprefix(CRM))
        raise errors.bad(
            f"An unknown function with name '{name.text}' was found. Dataverse supports contains, startswith and endswith."
        )

    def _text_call(self, name: str) -> Filter:
        path = self.operand()
        self._take("mark", ",")
        pattern = self.operand()
        self._take("mark", ")")
        if not isinstance(path, Path) or not isinstance(pattern, Literal):
            raise errors.bad(f"The function '{name}' takes a column and a text.")
        return Text(name, path, pattern)

    def _function(self, name: str) -> Filter:
        arguments: list[tuple[str, Value]] = []
        while not self._is("mark", ")"):
            if arguments:
                self._take("mark", ",")
            key = self._next()
            if key.kind != "word":
                self._fail()
            self._take("mark", "=")
            if any(key.text == known for known, _ in arguments):
                raise errors.bad(f"The parameter '{key.text}' of '{CRM}{name}' is given twice.")
            arguments.append((key.text, self.value()))
        self._next()
        return Function(name, tuple(arguments))

    def value(self) -> Value:
        """A constant, a list, or an alias of one."""
        if self._is("mark", "["):
            return self._list()
        named = self.token.kind == "word" and self.token.text.startswith("@")
        value = self._alias(self._next().text) if named else self.operand()
        if isinstance(value, Path):
            raise errors.bad(f"'{value}' is not a literal.")
        return value

    def _alias(self, name: str) -> Value | Path:
        text = alias(name, self._aliases)
        if text is None:
            return Literal(Type.NULL, None)
        if text.lstrip().startswith("["):
            return _listed(text)
        parser = _Parser(text, {})
        value = parser.operand()
        if parser.token.kind != "end":
            parser._fail()
        return value

    def list_alone(self) -> tuple[Literal, ...]:
        """A list that is the whole text."""
        items = self._list()
        if self.token.kind != "end":
            self._fail()
        return items

    def _list(self) -> tuple[Literal, ...]:
        self._next()
        items: list[Literal] = []
        while not self._is("mark", "]"):
            if items and not self._is("mark", ","):
                raise errors.bad(_NO_COMMA)
            if items:
                self._next()
            quoted = self.token.kind == "listed"
            item = Literal(Type.STRING, unescaped(self._next().text)) if quoted else self.operand()
            if isinstance(item, Path):
                self._fail()
            items.append(item)
        self._next()
        return tuple(items)

    def _lambda(self, path: Path) -> Filter:
        quantifier = path.parts[-1]
        if quantifier not in {"any", "all"} or len(path.parts) < 2:
            raise errors.bad(f"An unknown function with name '{path}' was found.")
        collection = Path(path.parts[:-1])
        self._take("mark", "(")
        if self._is("mark", ")") and quantifier == "any":
            self._next()
            return Lambda(collection, every=False, variable="", body=None)
        variable = self._next()
        if variable.kind != "word":
            self._fail()
        self._take("mark", ":")
        body = self._filter()
        self._take("mark", ")")
        return Lambda(collection, every=quantifier == "all", variable=variable.text, body=body)

    def operand(self) -> Operand:
        token = self._next()
        if token.kind == "word":
            return self._word(token)
        value = constant(token)
        if value is None:
            self._fail(token)
        return value

    def _word(self, token: Token) -> Operand:
        if token.text in {"true", "false"}:
            return Literal(Type.BOOLEAN, token.text == "true")
        if token.text == "null":
            return Literal(Type.NULL, None)
        if token.text.startswith("@"):
            value = self._alias(token.text)
            if isinstance(value, tuple):
                raise errors.bad(f"The parameter alias '{token.text}' is a list; a single value is needed here.")
            return value
        if self.token.kind == "string" and self.token.at == token.at + len(token.text):
            if token.text.startswith(CRM):
                return Literal(Type.ENUM, self._next().text)
            raise errors.bad(f"The literal {token.text}'{self.token.text}' is not supported.")
        parts = [token.text]
        while self._is("mark", "/"):
            self._next()
            if self.token.kind != "word":
                self._fail()
            parts.append(self._next().text)
        return Path(tuple(parts))
