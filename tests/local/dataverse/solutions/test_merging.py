"""Three sides of a definition: what an import makes of them, as laws."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dataverse.schema.model import Column, Kind
from local.dataverse.solutions import merging
from local.dataverse.solutions.merging import Rule

NAMES = ("lab_a", "lab_b", "lab_c", "new_d", "new_e")
COLUMNS = st.builds(
    lambda name, label, length: Column(name, name, Kind.STRING, label, max_length=length),
    st.sampled_from(NAMES),
    st.sampled_from(("One", "Two")),
    st.sampled_from((10, 20)),
)
SIDES = st.lists(COLUMNS, max_size=5, unique_by=lambda column: column.name).map(tuple)
RULES = st.builds(Rule, st.booleans(), st.booleans())
Side = tuple[Column, ...]


def _by_name(side: Side) -> dict[str, Column]:
    return {column.name: column for column in side}


@given(SIDES, SIDES)
def test_a_tenant_that_changed_nothing_becomes_the_new_version(base: Side, new: Side) -> None:
    """With an upgrade: exactly what the package says."""
    assert _by_name(merging.columns(base, base, new, Rule(remove=True))) == _by_name(new)


@given(SIDES, SIDES, SIDES, RULES)
def test_what_the_package_never_brought_stays(base: Side, current: Side, new: Side, rule: Rule) -> None:
    """Whatever the rule: the tenant's own columns are the tenant's."""
    merged = _by_name(merging.columns(base, current, new, rule))
    brought = _by_name(base) | _by_name(new)
    for column in current:
        if column.name not in brought:
            assert merged[column.name] == column


@given(SIDES, SIDES, SIDES)
def test_overwriting_makes_the_package_right(base: Side, current: Side, new: Side) -> None:
    """Every column of the package is as the package says."""
    merged = _by_name(merging.columns(base, current, new, Rule(overwrite=True)))
    assert all(merged[column.name] == column for column in new)


@given(SIDES, SIDES, SIDES, RULES)
def test_doing_it_again_changes_nothing(base: Side, current: Side, new: Side, rule: Rule) -> None:
    """The second import of a version finds the first one's work."""
    once = merging.columns(base, current, new, rule)
    again = merging.columns(new, once, new, rule)
    assert _by_name(again) == _by_name(once)


@given(SIDES, SIDES, RULES)
def test_a_length_never_shrinks_below_what_the_tenant_chose(base: Side, new: Side, rule: Rule) -> None:
    """Unless it is overwritten, for values may be that long already."""
    current = tuple(replace(column, max_length=30) for column in base)
    if not rule.overwrite:
        merged = _by_name(merging.columns(base, current, new, rule))
        assert all(merged[column.name].max_length == 30 for column in current if column.name in _by_name(new))
