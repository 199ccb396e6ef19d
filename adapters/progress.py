"""A bar that grows while a directory is read. Shown only where somebody looks at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from adapters.directories import Tell


@contextmanager
def counting(console: Console) -> Iterator[Tell]:
    """A `Tell` that moves the bar; the bar is gone at the end of the block."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Reading the directory", total=None, count="")

        def tell(read: int, of: int | None) -> None:
            progress.update(task, completed=read, total=of, count=f"{read} people" if of is None else f"{read} of {of} people")

        yield tell
