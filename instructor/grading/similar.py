"""Submissions that look alike: a question for a person, never a verdict."""

import hashlib
import io
import tokenize
from collections import defaultdict

SHINGLE = 12  # tokens
COMMON = 0.2  # of the class: shingles that more students share are how one writes it
ALIKE = 0.8  # share of the smaller one's uncommon shingles that the other has
FEWEST = 15  # uncommon shingles; below, short functions look alike by nature


def tokens(source):
    """The tokens of a source without layout; comments count, they are the most telling."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
                found.append(token.string)
    except (tokenize.TokenError, SyntaxError):
        found = source.split()
    return found


def shingles(source):
    words = tokens(source)
    return {hashlib.blake2b(" ".join(words[i : i + SHINGLE]).encode(), digest_size=8).digest()
            for i in range(len(words) - SHINGLE + 1)}


def pairs(sources, most=50):
    """Pairs of students whose work on a notebook is nearly the same.

    Parameters
    ----------
    sources : dict, student -> all of their solution sources as one text

    Returns
    -------
    list of (student, other, share of the smaller one's uncommon shingles that both have), most alike first
    """
    by_student = {student: shingles(source) for student, source in sources.items()}
    holders = defaultdict(list)
    for student, own in by_student.items():
        for shingle in own:
            holders[shingle].append(student)
    limit = max(2, COMMON * len(sources))
    shared, size = defaultdict(int), defaultdict(int)
    for students in holders.values():
        if len(students) <= limit:
            for i, student in enumerate(students):
                size[student] += 1
                for other in students[i + 1 :]:
                    shared[student, other] += 1
    found = [(a, b, n / max(1, min(size[a], size[b]))) for (a, b), n in shared.items() if n >= FEWEST]
    return sorted((row for row in found if row[2] >= ALIKE), key=lambda row: -row[2])[:most]
