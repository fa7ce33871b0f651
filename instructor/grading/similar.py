"""Submissions that look alike: a question for a person, never a verdict."""

import base64
import hashlib
import io
import itertools
import tokenize
from collections import Counter

import numpy as np
import numpy.ma  # noqa: F401  np.unique loads it: once here, not in every reader

SHINGLE = 12  # tokens
COMMON = 0.2  # of the class: shingles that more students share are how one writes it
MOST_SHINGLES = 20_000  # of a notebook, the smallest: of two alike these are alike, too
MOST_HOLDERS = 30  # the same, for a large class: the work grows with its square
ALIKE = 0.8  # share of the smaller one's uncommon shingles that the other has
FEWEST = 15  # uncommon shingles; below, short functions look alike by nature
FEWEST_OF_ONE = 60  # shingles beside the stub; with fewer, two people who never met may write the same


def tokens(source):
    """The tokens of a source without layout; comments count, they are the most telling."""
    layout = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    try:
        return [" ".join(token.string.split()) for token in tokenize.generate_tokens(io.StringIO(source).readline)
                if token.type not in layout]
    except (tokenize.TokenError, SyntaxError):
        return source.split()


def shingles(source):
    """The shingles of a source as numbers, 8 bytes each."""
    words = tokens(source)
    return [int.from_bytes(hashlib.blake2b(" ".join(words[i : i + SHINGLE]).encode(), digest_size=8).digest(), "big")
            for i in range(len(words) - SHINGLE + 1)]


def shingles_of_all(sources):
    """The shingles of some sources, sorted; none reaches from one source into the next."""
    return np.unique(np.array([number for source in sources for number in shingles(source)], dtype=np.uint64))


def packed(sources):
    """`shingles_of_all` as text, for a result that is JSON."""
    return base64.b64encode(shingles_of_all(sources)[:MOST_SHINGLES].tobytes()).decode()


def unpacked(text):
    return np.frombuffer(base64.b64decode(text), np.uint64)


def pairs(shingles_of, most=50):
    """Pairs of students whose work on a notebook is nearly the same: (student, other, share of the smaller one's
    uncommon shingles that both have), most alike first.

    shingles_of : dict, student -> `shingles_of_all` of their solutions
    """
    students = list(shingles_of)
    if len(students) < 2:
        return []
    numbers = np.concatenate([shingles_of[student] for student in students])
    who = np.repeat(np.arange(len(students)), [len(shingles_of[student]) for student in students])
    order = np.argsort(numbers, kind="stable")
    numbers, who = numbers[order], who[order]
    starts = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]])
    limit = max(2, min(COMMON * len(students), MOST_HOLDERS))
    shared, size = Counter(), Counter()
    for holders in np.split(who, starts[1:]):
        if len(holders) <= limit:
            size.update(holders.tolist())
            shared.update(itertools.combinations(holders.tolist(), 2))
    found = [(students[a], students[b], n / max(1, min(size[a], size[b]))) for (a, b), n in shared.items()
             if n >= FEWEST]
    return sorted((row for row in found if row[2] >= ALIKE), key=lambda row: -row[2])[:most]


def share_of_published(work, stubs, published):
    """Share of a student's shingles, the stubs' left out, that a published text has; 0 when there are too few."""
    own = np.setdiff1d(work, stubs)
    return float(np.isin(own, published).mean()) if len(own) >= FEWEST_OF_ONE else 0.0
