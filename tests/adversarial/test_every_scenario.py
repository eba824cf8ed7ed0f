"""Each adversarial scenario that other engines failed is named by a test that would fail if it failed us."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent.parent
COUNTS = {"A": 10, "B": 5, "C": 9, "D": 12, "E": 9, "F": 7}
"""A duplicates and races, B skips, C time, D proration, E repair and credit, F rounding and tax."""
DEFECTS = {"defect 1": "path dependence", "defect 2": "clamp asymmetry", "defect 3": "term restart"}

NAMED = re.compile(r"\bscenarios? ([A-F]\d{1,2}(?:(?: and |, )[A-F]\d{1,2})*)\b", re.IGNORECASE)


def test_every_scenario_and_every_defect_has_a_test_that_names_it() -> None:
    """52 scenarios and three defects; a test says `Scenario D9` or `scenario D9` in its docstring, a bill in its first line."""
    files = {*TESTS.rglob("test_*.py"), *TESTS.rglob("scenarios/*.txt")} - {Path(__file__)}
    texts = [path.read_text("utf-8") for path in files]
    found = {code for text in texts for group in NAMED.findall(text) for code in re.findall(r"[A-F]\d{1,2}", group)}
    assert found == {f"{letter}{number}" for letter, count in COUNTS.items() for number in range(1, count + 1)}
    assert all(any(defect in text for text in texts) for defect in DEFECTS)
