"""Sweeps: tests of one kind at very many points; a normal run takes a seeded tenth.

`make sweep` (KOLADA_SWEEP=whole) takes every point of every test that is marked `sweep`.
"""

import math
import os
import random
from collections.abc import Sequence
from typing import TypeVar

Point = TypeVar("Point")


def is_whole() -> bool:
    """Return whether sweeps take every point."""
    return os.environ.get("KOLADA_SWEEP") == "whole"


def points_of(sweep: Sequence[Point], *, seed: int) -> list[Point]:
    """Return the points of a sweep for this run, in order: all of them, or the seed's tenth."""
    if is_whole():
        return list(sweep)
    chosen = random.Random(seed).sample(range(len(sweep)), math.ceil(len(sweep) / 10))
    return [sweep[number] for number in sorted(chosen)]


def one_of_each(sweep: Sequence[Sequence[Point]], *, seed: int) -> list[Point]:
    """Return the points of a sweep whose points come in groups: all of them, or one of each group by the seed."""
    if is_whole():
        return [point for group in sweep for point in group]
    chosen = random.Random(seed)
    return [chosen.choice(group) for group in sweep]
