"""The WHERE clause of a SQL query to groups of conditions."""

from __future__ import annotations

from local.dataverse import errors
from local.dataverse.querytree import Condition, Group
from local.dataverse.sqltokens import Reader

_OPERATORS = {"=": "eq", "<>": "ne", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
MAX_DEPTH = 30


class WhereReader(Reader):
    """Reads conditions: or, and, not, parentheses."""

    def _disjunction(self, depth: int) -> Group:
        if depth > MAX_DEPTH:
            raise errors.bad("The WHERE clause is nested too deeply.", "0x80040203")
        parts = [self._conjunction(depth)]
        while self._take("or"):
            parts.append(self._conjunction(depth))
        return parts[0] if len(parts) == 1 else Group(either=True, groups=tuple(parts))

    def _conjunction(self, depth: int) -> Group:
        parts = [self._factor(depth)]
        while self._take("and"):
            parts.append(self._factor(depth))
        return parts[0] if len(parts) == 1 else Group(groups=tuple(parts))

    def _factor(self, depth: int) -> Group:
        if depth > MAX_DEPTH:
            raise errors.bad("The WHERE clause is nested too deeply.", "0x80040203")
        if self._take("not"):
            return Group(negated=True, groups=(self._factor(depth + 1),))
        if self._is("exists") or self._is("(", "select"):
            raise errors.bad("Subqueries are not supported.", "0x80040203")
        if self._take("("):
            inner = self._disjunction(depth + 1)
            self._need(")")
            return inner
        return Group(conditions=(self._condition(),))

    def _condition(self) -> Condition:
        if self._kind in {"string", "number"}:
            value = self._next()
            operator = _OPERATORS.get(self._next(), "")
            alias, name = self._column()
            return Condition(name, _MIRRORED.get(operator, operator), (value,), alias)
        alias, name = self._column()
        return self._listed(alias, name) or self._compared(alias, name)

    def _listed(self, alias: str, name: str) -> Condition | None:
        if self._take("is"):
            negated = self._take("not")
            self._need("null")
            return Condition(name, "not-null" if negated else "null", (), alias)
        word = "not-" if self._take("not") else ""
        if self._take("like"):
            return Condition(name, f"{word}like", (self._value(),), alias)
        if self._take("in"):
            return Condition(name, f"{word}in", self._list(), alias)
        if self._take("between"):
            low = self._value()
            self._need("and")
            return Condition(name, f"{word}between", (low, self._value()), alias)
        if word:
            self._fail()
        return None

    def _compared(self, alias: str, name: str) -> Condition:
        if self._text not in _OPERATORS:
            self._fail()
        operator = _OPERATORS[self._next()]
        if self._kind == "name":
            other_alias, other = self._column()
            return Condition(name, operator, (), alias, other, other_alias)
        return Condition(name, operator, (self._value(),), alias)

    def _value(self) -> str:
        if self._kind not in {"string", "number"}:
            self._fail()
        return self._next()

    def _list(self) -> tuple[str, ...]:
        self._need("(")
        if self._is("select"):
            raise errors.bad("Subqueries are not supported.", "0x80040203")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._need(")")
        return tuple(values)
