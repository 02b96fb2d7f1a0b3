"""`./qiku bench` on small benches."""

import json
from pathlib import Path

import pytest

from infra.bench import run
from infra.bench.figures import Figure, read_figure
from infra.local.errors import LauncherError
from infra.local.paths import ROOT

BENCH = """
import os
import psycopg
from infra.bench.figures import Figure, report
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    print("fsync is", connection.execute("SHOW fsync").fetchone()[0])
report(Figure("time of nothing", 0.25, "s", reach={reach}))
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout's folder of benches, with one bench that reaches its figure."""
    (tmp_path / "benches").mkdir()
    (tmp_path / "benches" / "bench_one.py").write_text(BENCH.format(reach=0.5))
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "source_path", lambda: str(ROOT))
    return tmp_path / "benches"


def test_it_shows_figures_and_whether_they_are_reached(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.run_benches(None, as_json=False, folder=folder) == 0
    shown = capsys.readouterr().out
    assert "fsync is on" in shown
    assert "reached  ≤ 0.5" in shown


def test_a_missed_figure_fails_the_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bench_one.py").write_text(BENCH.format(reach=0.1))
    assert run.run_benches("one", as_json=True, folder=folder) == 1
    shown = json.loads(capsys.readouterr().out)
    assert shown["benches"]["one"][0]["value"] == 0.25
    assert "cores" in shown["machine"]


def test_a_bench_that_breaks_fails_the_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bench_one.py").write_text("raise SystemExit(4)")
    assert run.run_benches("one", as_json=False, folder=folder) == 1
    assert "exit status 4" in capsys.readouterr().err


def test_an_unknown_bench_is_refused_by_name(folder: Path) -> None:
    with pytest.raises(LauncherError, match=r"no bench two\. There are: one"):
        run.run_benches("two", as_json=False, folder=folder)


def test_more_may_be_better() -> None:
    assert Figure("speed-up", 21, "times", reach=20, better="more").is_reached
    assert not Figure("speed-up", 19, "times", reach=20, better="more").is_reached
    assert read_figure("a line of text") is None
