"""A query's tree to parameterised SQL.

Comparison follows Dataverse: letter case does not count, `ne` and `not` also find rows without a value (its SQL adds `or … is
null`), amounts compare exactly, types that do not fit are refused in OData's words. Nothing of a request's text enters the SQL
itself.

Source: Microsoft Learn, "Filter rows using OData"; the null rule from Dataverse's FetchXML `ne`.
"""

# ruff: noqa: S608  names in SQL come from the table model, values are always parameters

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dataverse.schema.model import Column, Kind
from local.dataverse import errors
from local.dataverse.entities import key_column
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
    Order,
    Path,
    Text,
    Type,
)
from local.dataverse.functions import Moment, Tested, call
from local.dataverse.literals import NEVER, bound, incompatible
from local.dataverse.matching import fold
from local.dataverse.naming import ordinal

if TYPE_CHECKING:
    from local.dataverse.codec import Sql
    from local.dataverse.entities import Catalog, Entity

_SQL_OPS = {"eq": "=", "ne": "IS NOT", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_MIRRORED = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
_TEXTS = (Kind.STRING, Kind.MEMO)
MAX_JOINS = 15


@dataclass(slots=True)
class Scope:
    """One table of a query under its alias, with the joins that paths through it needed; `table` is its visible rows."""

    entity: Entity
    alias: str
    table: str
    joins: dict[tuple[str, ...], tuple[str, Entity]] = field(default_factory=dict)
    clauses: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        """What stands after FROM."""
        return " ".join([f"{self.table} AS {self.alias}", *self.clauses])


class Planner:
    """Turns trees into SQL. `parameters` fill up in the order in which the pieces are made."""

    def __init__(self, catalog: Catalog, entity: Entity, moment: Moment) -> None:
        self.catalog = catalog
        self.moment = moment
        self.parameters: list[Sql] = []
        self.root = Scope(entity, "t0", moment.access.source(entity))
        self._aliases = 0
        self._variables: dict[str, Scope] = {}

    def where(self, tree: Filter) -> str:  # noqa: PLR0911  one return per node
        """The condition of a filter."""
        match tree:
            case Both(left, right):
                return f"({self.where(left)} AND {self.where(right)})"
            case Either(left, right):
                return f"({self.where(left)} OR {self.where(right)})"
            case Not(body):
                return f"NOT COALESCE({self.where(body)}, 0)"
            case Comparison():
                return self._comparison(tree)
            case Text():
                return self._text(tree)
            case Lambda():
                return self._lambda(tree)
            case Function():
                return self._function(tree)
            case Flag():
                return self._flag(tree)

    def order(self, terms: tuple[Order, ...]) -> list[tuple[str, Column, bool]]:
        """The SQL of each order term, its column, and whether it descends."""
        result = []
        for term in terms:
            sql, column = self.resolve(term.path)
            result.append((ordinal(self.catalog, sql, column), column, term.descending))
        return result

    def resolve(self, path: Path, *, logical: bool = False) -> tuple[str, Column]:
        """The SQL and the column behind a path. Errors: 400 in Dataverse's words when there is none.

        Shape: with `logical`, a lookup may be named as its column is (`ownerid`), which is how query functions name it.
        """
        alias, column, _ = self._place(path, logical=logical)
        return f'{alias}."{column.name}"', column

    def _place(self, path: Path, *, logical: bool = False) -> tuple[str, Column, Entity]:
        scope, parts = self.root, path.parts
        if parts[0] in self._variables and len(parts) > 1:
            scope, parts = self._variables[parts[0]], parts[1:]
        alias, entity = self._follow(scope, parts[:-1])
        column = entity.readable.get(parts[-1]) or (entity.properties.get(f"_{parts[-1]}_value") if logical else None)
        if column is None:
            raise errors.no_property(parts[-1], entity.name)
        return alias, column, entity

    def _follow(self, scope: Scope, steps: tuple[str, ...]) -> tuple[str, Entity]:
        alias, entity = scope.alias, scope.entity
        for depth in range(1, len(steps) + 1):
            known = scope.joins.get(steps[:depth])
            if known is None:
                known = self._join(scope, alias, entity, steps[:depth])
            alias, entity = known
        return alias, entity

    def _join(self, scope: Scope, alias: str, entity: Entity, steps: tuple[str, ...]) -> tuple[str, Entity]:
        nav = entity.singles.get(steps[-1])
        if nav is None:
            raise errors.no_property(steps[-1], entity.name)
        if len(scope.joins) >= MAX_JOINS:
            raise errors.bad("Number of link entities in query exceeded maximum limit.", "0x8004430d")
        target = self.catalog.by_name.get(nav.targets[0])
        if target is None:
            raise errors.unsupported(f"the table '{nav.targets[0]}'")
        joined = (self._alias(), target)
        visible = self.moment.access.source(target)
        scope.clauses.append(
            f'LEFT JOIN {visible} AS {joined[0]} ON {joined[0]}."{target.primary_id}" = {alias}."{nav.column.name}"'
        )
        scope.joins[steps] = joined
        return joined

    def _alias(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    def _add(self, value: Sql) -> str:
        self.parameters.append(value)
        return "?"

    def _comparison(self, tree: Comparison) -> str:
        match tree.left, tree.right:
            case Path() as left, Literal() as right:
                return self._with_constant(tree.op, left, right)
            case Literal() as left, Path() as right:
                return self._with_constant(_MIRRORED[tree.op], right, left)
            case Path() as left, Path() as right:
                return self._with_column(tree.op, left, right)
        raise errors.bad("A comparison needs a column on at least one side.")

    def _with_constant(self, op: str, path: Path, literal: Literal) -> str:
        sql, column = self.resolve(path)
        if literal.type is Type.NULL:
            return {"eq": f"{sql} IS NULL", "ne": f"{sql} IS NOT NULL"}.get(op, "0")
        op, value = bound(column, op, literal)
        if value is NEVER or isinstance(value, bytes):
            return "1" if op == "ne" else "0"
        if column.kind in _TEXTS and isinstance(value, str):
            return self._text_comparison(path, op, sql, column, value)
        return f"{sql} {_SQL_OPS[op]} {self._add(value)}"

    def _text_comparison(self, path: Path, op: str, sql: str, column: Column, value: str) -> str:
        if not value:
            empty = {"eq": f"{sql} IS NULL", "ne": f"{sql} IS NOT NULL"}
            return empty[op] if op in empty else f"{sql} {_SQL_OPS[op]} {self._add(value)}"
        single = self.root.entity.key_of((column.name,)) if op == "eq" and len(path.parts) == 1 else None
        if single is not None:
            return f'{self.root.alias}."{key_column(single[0])}" = {self._add(str(fold(value)))}'
        if op in {"eq", "ne"} and value.isascii():
            return f"{sql} {_SQL_OPS[op]} {self._add(value)} COLLATE NOCASE"
        return f"fold({sql}) {_SQL_OPS[op]} {self._add(str(fold(value)))}"

    def _with_column(self, op: str, left: Path, right: Path) -> str:
        (left_sql, one), (right_sql, other) = self.resolve(left), self.resolve(right)
        if left.parts[:-1] != right.parts[:-1]:
            raise errors.bad(f"'{left}' and '{right}' are columns of different rows, which cannot be compared; use FetchXML.")
        texts = one.kind in _TEXTS and other.kind in _TEXTS
        if not texts and _family(one) != _family(other):
            raise incompatible(one, other.kind.value.split(" ", maxsplit=1)[0], op)
        if texts:
            left_sql, right_sql = f"fold({left_sql})", f"fold({right_sql})"
        return f"{left_sql} {_SQL_OPS[op]} {right_sql}"

    def _text(self, tree: Text) -> str:
        sql, column = self.resolve(tree.path)
        pattern = tree.pattern.value
        if column.kind not in _TEXTS or not isinstance(pattern, str) or tree.pattern.type is not Type.STRING:
            raise errors.bad(f"No function signature for the function with name '{tree.name}' matches the specified arguments.")
        if (tree.name == "startswith" and pattern.startswith("%")) or (tree.name == "endswith" and pattern.endswith("%")):
            raise errors.bad(f"The pattern '{pattern}' begins or ends with a wildcard, which '{tree.name}' does not support.")
        before = "" if tree.name == "startswith" else "%"
        after = "" if tree.name == "endswith" else "%"
        like = f"{before}{pattern}{after}"
        if like.isascii() and "[" not in like and len(like) < 1000:
            return f"{sql} LIKE {self._add(like)}"
        return f"matches({self._add(like)}, {sql})"

    def _folded(self, path: tuple[str, ...], sql: str, column: Column) -> str:
        """A text column without letter case; for one that is an alternate key by itself, what the key's index holds."""
        if column.kind not in _TEXTS:
            return sql
        single = self.root.entity.key_of((column.name,)) if len(path) == 1 else None
        return f'{self.root.alias}."{key_column(single[0])}"' if single is not None else f"fold({sql})"

    def _flag(self, tree: Flag) -> str:
        if isinstance(tree.operand, Literal):
            if tree.operand.type is Type.BOOLEAN:
                return "1" if tree.operand.value else "0"
        else:
            sql, column = self.resolve(tree.operand)
            if column.kind is Kind.BOOLEAN:
                return f"{sql} = 1"
        raise errors.bad("The $filter expression must evaluate to a single boolean value.")

    def _lambda(self, tree: Lambda) -> str:
        steps = tree.path.parts
        scope = self.root
        if steps[0] in self._variables and len(steps) > 1:
            scope, steps = self._variables[steps[0]], steps[1:]
        alias, entity = self._follow(scope, steps[:-1])
        nav = entity.related.get(steps[-1])
        if nav is None:
            raise errors.no_property(steps[-1], entity.name)
        if len(steps) > 1:
            text = f"A condition on the collection '{steps[-1]}', which is nested in the lookup '{steps[-2]}', is not supported."
            raise errors.bad(text)
        child = self.catalog[nav.child]
        inner = Scope(child, self._alias(), self.moment.access.source(child))
        linked = nav.among(child, inner.alias, f'{alias}."{entity.primary_id}"')
        if tree.body is None:
            return f"EXISTS (SELECT 1 FROM {inner.source} WHERE {linked})"
        if tree.variable in self._variables:
            raise errors.bad(f"The range variable '{tree.variable}' has already been declared.")
        self._variables[tree.variable] = inner
        body = self.where(tree.body)
        del self._variables[tree.variable]
        if tree.every:
            return f"NOT EXISTS (SELECT 1 FROM {inner.source} WHERE {linked} AND NOT COALESCE({body}, 0))"
        return f"EXISTS (SELECT 1 FROM {inner.source} WHERE {linked} AND {body})"

    def _function(self, tree: Function) -> str:
        arguments = dict(tree.arguments)
        named = arguments.pop("PropertyName", None)
        if not isinstance(named, Literal) or not isinstance(named.value, str) or named.type is not Type.STRING:
            raise errors.bad(f"The function 'Microsoft.Dynamics.CRM.{tree.name}' needs PropertyName, a text.")
        path = tuple(named.value.split("/"))
        alias, column, entity = self._place(Path(path), logical=True)
        sql = f'{alias}."{column.name}"'
        tested = Tested(sql, column, entity, self.catalog, self._folded(path, sql, column))
        condition, values = call(tree.name, tested, arguments, self.moment)
        self.parameters.extend(values)
        return condition


def _family(column: Column) -> str:
    if column.kind in {Kind.CHOICE, Kind.STATE, Kind.STATUS, Kind.INTEGER, Kind.BIGINT}:
        return "whole"
    if column.kind in {Kind.LOOKUP, Kind.GUID}:
        return "guid"
    return str(column.kind.value)
