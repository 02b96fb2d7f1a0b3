"""`./qiku bench`: runs the benches and compares their figures with those to reach."""

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import psutil

from infra.bench.figures import Figure, read_figure
from infra.local.errors import LauncherError
from infra.local.paths import ROOT, executable, source_path
from infra.local.services import temporary_services

FOLDER = ROOT / "tests" / "benchmarks"


def run_benches(name: str | None, *, as_json: bool, folder: Path = FOLDER) -> int:
    """Run one bench, or all of them one after another, each on services of its own.

    Returns:
        0 if every bench ran and every figure was reached, 1 otherwise.

    Raises:
        LauncherError: there is no such bench, or none at all.
    """
    benches = {path.stem.removeprefix("bench_"): path for path in sorted(folder.glob("bench_*.py"))}
    if not benches or (name is not None and name not in benches):
        raise LauncherError(f"There is no bench {name or 'at all'}. There are: {', '.join(benches) or 'none'}.")
    results: dict[str, list[Figure]] = {}
    failed = False
    for each in [name] if name else benches:
        if not as_json:
            print(f"{each}", flush=True)
        results[each], ran = _run(benches[each], quiet=as_json)
        failed = failed or not ran or not all(figure.is_reached for figure in results[each])
    if as_json:
        figures = {bench: [asdict(figure) for figure in found] for bench, found in results.items()}
        print(json.dumps({"machine": _machine(), "benches": figures}, ensure_ascii=False, indent=1))
    else:
        print("\n" + ", ".join(f"{what} {value}" for what, value in _machine().items()))
    return int(failed)


def _run(bench: Path, *, quiet: bool) -> tuple[list[Figure], bool]:
    """Run one bench; gives its figures, and whether it came to its end."""
    figures = []
    with temporary_services(durable=True) as services:
        environment = {**os.environ, **services.environment(), "PYTHONPATH": source_path()}
        with subprocess.Popen(
            [executable("python"), "-m", ".".join(bench.relative_to(ROOT).with_suffix("").parts)],
            cwd=ROOT,
            env={"DJANGO_SETTINGS_MODULE": "config.settings", **environment},
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                figure = read_figure(line)
                if figure is not None:
                    figures.append(figure)
                if not quiet:
                    print(f"  {_line(figure) if figure else line.rstrip()}", flush=True)
    if process.returncode:
        print(f"  {bench.name} failed (exit status {process.returncode})", file=sys.stderr)
    return figures, process.returncode == 0


def _line(figure: Figure) -> str:
    text = f"{figure.what:<70} {figure.value:>10.4g} {figure.unit:<6}"
    if figure.reach is None:
        return text
    sign = "≤" if figure.better == "less" else "≥"
    return f"{text} {'reached' if figure.is_reached else 'MISSED '}  {sign} {figure.reach:g}"


def _machine() -> dict[str, str]:
    return {
        "cores": str(psutil.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
