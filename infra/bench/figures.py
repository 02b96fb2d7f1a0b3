"""What a bench measures, and how it hands that over.

A bench is a module `tests/benchmarks/bench_<name>.py`. It is run as a program, with the addresses of
empty services of its own in the environment, and calls `report` for each figure.
"""

import json
import sys
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """One measured value.

    Attributes:
        what: what was measured, in words.
        unit: of `value` and `reach`, e.g. "s", "MB", "times".
        reach: the value to reach; None for a figure that is only told.
        better: whether less or more is better.
    """

    what: str
    value: float
    unit: str
    reach: float | None = None
    better: Literal["less", "more"] = "less"

    @property
    def is_reached(self) -> bool:
        """Whether the value is as good as it has to be."""
        if self.reach is None:
            return True
        return self.value <= self.reach if self.better == "less" else self.value >= self.reach


def report(figure: Figure) -> None:
    """Hand a figure over to `./qiku bench`, as a line of JSON; whatever else is printed is shown as it is."""
    print(json.dumps({"figure": asdict(figure)}, ensure_ascii=False), file=sys.stdout, flush=True)


def read_figure(line: str) -> Figure | None:
    """The figure in a line of a bench's output; None if the line is something else."""
    try:
        content: Any = json.loads(line)
        return Figure(**content["figure"])
    except (ValueError, TypeError, KeyError):
        return None
