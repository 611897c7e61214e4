"""Words that somebody may have meant."""

import difflib
from collections.abc import Iterable


def near_words(word: str, known: Iterable[str], *, most: int = 3, cutoff: float = 0.5) -> list[str]:
    """The known words that are nearest to a word: those with two neighbouring signs swapped first.

    A swap is the commonest slip in an id, and the plain likeness of two texts puts it behind others.
    """
    options = sorted(set(known))
    swapped = [word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in range(len(word) - 1)]
    slips = [each for each in swapped if each in options and each != word]
    close = difflib.get_close_matches(word, options, n=most, cutoff=cutoff)
    return list(dict.fromkeys([*slips, *close]))[:most]
