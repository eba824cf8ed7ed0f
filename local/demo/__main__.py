"""Run the demo: `python -m local.demo`. The report goes to stdout, progress to stderr, the rest to build/demo/."""

from __future__ import annotations

import base64
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from local.demo import months, paying, report
from local.demo.checks import checks
from local.demo.standing import standing
from local.demo.steps import People
from local.system import LocalSystem, hold
from work365.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import TaskID

BUILD = Path("build/demo")
PDF_NAME = "invoice.pdf"


def main() -> int:
    """Live through the months; 0 only if every check of the demo held."""
    begun = time.perf_counter()
    folder = BUILD / "system"
    try:
        clear(BUILD, folder)
    except Refused as error:
        sys.stderr.write(f"demo: {error}\n")
        return 2
    months.begin(folder)
    with _bar() as bar, LocalSystem(folder) as system:
        task = bar.add_task("starting", total=len(months.days()) + 4)
        imported = months.load_and_bill(system, _teller(bar, task))
        _teller(bar, task)("a Charge click, and a transfer in the books")
        clicks, transfer = months.charge_clicks(system), months.paid_in_books(system)
        _teller(bar, task)("a customer pays by the link in a mail")
        linked = paying.paid_by_link(system)
        before = standing(system)
        pdf = leave_pdf(system, BUILD)
        _teller(bar, task)("everything once more")
        again = months.once_more(system)
        after = standing(system)
    seconds = time.perf_counter() - begun
    people = People(clicks, transfer, linked)
    lived = report.Lived(imported, people, before, after, checks(before, after, again, people), pdf, seconds)
    report.write_summary(lived, BUILD)
    report.show(lived, Console(width=report.WIDTH) if not sys.stdout.isatty() else Console())
    held = all(check.holds for check in lived.checks)
    sys.stdout.write(
        f"\n{len(before.invoices)} invoices, {seconds:.0f} seconds, {'all checks hold' if held else 'A CHECK IS BROKEN'}\n"
    )
    return 0 if held else 1


def clear(build: Path, folder: Path) -> None:
    """Remove what an earlier demo left. Errors: Refused when one runs there now."""
    folder.mkdir(parents=True, exist_ok=True)
    hold(folder).close()
    shutil.rmtree(build)


def _bar() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:45}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)


def _teller(bar: Progress, task: TaskID) -> Callable[[str], None]:
    return lambda words: bar.update(task, description=words, advance=1)


def leave_pdf(system: LocalSystem, folder: Path) -> Path:
    """The attachment of a mail that left, as its customer has it: the one with the most to explain."""
    mails = [mail for mail in system.outbox() if mail.get("attachments")]
    best = max(mails, key=lambda mail: len(mail["attachments"][0]["contentBytes"]))
    target = folder / PDF_NAME
    target.write_bytes(base64.b64decode(best["attachments"][0]["contentBytes"]))
    return target


if __name__ == "__main__":
    sys.exit(main())
