"""Reproducible pseudo-random numbers: columns of numbers computed from columns of keys.

Only integer arithmetic below 2^63 is used, so that every machine and version gives the same bits.
"""

import math
from collections.abc import Sequence

import polars as pl

_MODULUS = 2_147_483_647
_MULTIPLIER = 48_271
_HALF_WORD = 65_536
_UNIFORMS_IN_A_NORMAL = 4


def uniform(frame: pl.DataFrame, keys: Sequence[str], salt: int) -> pl.Series:
    """Return a number in [0, 1) for each row, from its integer keys and a salt."""
    state = pl.zeros(frame.height, dtype=pl.Int64, eager=True) + salt
    for key in keys:
        state = _stirred(state * 31 + frame[key].cast(pl.Int64) + 7)
    return _stirred(state).cast(pl.Float64) / _MODULUS


def normal(frame: pl.DataFrame, keys: Sequence[str], salt: int) -> pl.Series:
    """Return a number around 0 with standard deviation 1 for each row; never beyond 3.5."""
    total = uniform(frame, keys, salt * 10)
    for place in range(1, _UNIFORMS_IN_A_NORMAL):
        total += uniform(frame, keys, salt * 10 + place)
    return (total - _UNIFORMS_IN_A_NORMAL / 2) * math.sqrt(12 / _UNIFORMS_IN_A_NORMAL)


def _stirred(state: pl.Series) -> pl.Series:
    for _ in range(2):
        within = state % _MODULUS
        state = (within ^ (within // _HALF_WORD)) * _MULTIPLIER % _MODULUS
    return state
