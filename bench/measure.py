"""Taking turns, medians, ratios, and tables to print them in."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass
class Table:
    """Rows of one measurement."""

    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def text(self) -> str:
        widths = [max(len(row[i]) for row in [self.columns, *self.rows]) for i in range(len(self.columns))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in [self.columns, *self.rows]
        ]
        return "\n".join([self.title, *("  " + line for line in lines)])

    def markdown(self) -> str:
        lines = [f"| {' | '.join(row)} |" for row in [self.columns, ["---"] * len(self.columns), *self.rows]]
        return "\n".join([f"**{self.title}**", "", *lines])


def rounds(variants: Mapping[str, Callable[[], object]], number: int) -> dict[str, list[float]]:
    """Run all variants in turn, ``number`` times, and return the seconds of each."""
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(number):
        for name, variant in variants.items():
            begin = time.perf_counter()
            variant()
            seconds[name].append(time.perf_counter() - begin)
    return seconds


def median(values: list[float]) -> float:
    return statistics.median(values)


def spread(values: list[float]) -> str:
    return f"{min(values):.3f}-{max(values):.3f}"


def percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def machine() -> str:
    load = os.getloadavg()[0]
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, load {load:.1f} at the start"
    )
