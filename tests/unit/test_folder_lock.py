"""The lock beside a database: one holder at a time, and everybody can learn who."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.folder_lock import AlreadyRunningError, hold, holder_of, lock_file_of


def test_a_second_holder_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    database = tmp_path / "laban.db"
    with hold(database, "process 1"):
        with pytest.raises(AlreadyRunningError) as refused, hold(database, "process 2"):
            pytest.fail("two hold the same lock")
        assert refused.value.holder == "process 1"
        assert holder_of(database) == "process 1"


def test_the_lock_is_free_again_afterwards_and_its_file_stays(tmp_path: Path) -> None:
    database = tmp_path / "laban.db"
    assert holder_of(database) is None
    with pytest.raises(RuntimeError), hold(database, "process 1"):
        raise RuntimeError
    assert holder_of(database) is None
    assert lock_file_of(database).exists()
    with hold(database, "2"):
        assert holder_of(database) == "2"


def test_databases_beside_each_other_do_not_disturb_each_other(tmp_path: Path) -> None:
    with hold(tmp_path / "laban.db", "one"), hold(tmp_path / "demo.db", "other"):
        assert (holder_of(tmp_path / "laban.db"), holder_of(tmp_path / "demo.db")) == ("one", "other")


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), hold(tmp_path / "gone/laban.db", "x"):
        pytest.fail("held a lock nowhere")
