"""What names say: a student's as a folder, and what is left of a file's name without its notebook, copies and dates."""

import functools
import re
import unicodedata
import zlib
from dataclasses import dataclass
from pathlib import Path

from instructor import toml

LONGEST_NAME = 500  # characters of a name that are looked at
WORDS = toml.read(Path(__file__).with_name("words.toml"))
BOXES, SECTIONS, GENERIC, MONTHS, SURNAMES, NOISE, VERSIONS, NOBODY = (set(WORDS[kind].split()) for kind in (
    "boxes", "sections", "generic", "months", "surnames", "noise", "versions", "nobody"))
PAPERS = GENERIC | NOISE | set(WORDS["papers"].split())
CONFLICT = re.compile(r"(?i)\((?:([^()]{1,60}?)['’]s )?(?:conflicted copy|case conflict)[^()]{0,60}\)")  # of clouds
TEAM = re.compile(rf"(?i)(?<![^\W_])({'|'.join(WORDS['team'].split())})[ _-]?\d{{1,3}}(?![^\W_])")


@dataclass(frozen=True)
class Who:
    """A student as a system writes them. number : the system's, "" when it gives none."""

    name: str
    number: str = ""
    late: bool = False


def safe_name(text):
    """A student's name as a folder of at most 200 bytes: letters, digits, . _ -, look-alikes made plain."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_NAME]).strip().replace(" ", "_")
    plain = re.sub(r"[^\w.-]", "_", plain).lstrip(".-")
    return plain[:100].encode()[:200].decode(errors="ignore") or "unnamed"


def own_folder(wanted, identity, taken):
    """A safe folder for an identity, noted in `taken`; another one where somebody has it already (A. B. and A/B/)."""
    name, more = safe_name(wanted), repr(identity)
    while taken.setdefault(name, identity) != identity:  # somebody else's, though it be made for that
        name = f"{safe_name(wanted)}-{zlib.crc32(more.encode(errors='surrogatepass')):08x}"
        more += "again"
    return name


def readable(text):
    """A name as text that every table can hold, bytes that are no UTF-8 written out."""
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")


def folded(text):
    """A name to compare by: small letters without accents, signs and order ("Müller, Zoë" is "zoe muller")."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST_NAME].casefold().replace("ß", "ss"))
    return " ".join(sorted(re.findall(r"\w+", re.sub(r"[\u0300-\u036f]", "", plain).replace("_", " "))))


def newest_first(name):
    """Orders files of one time: a system adds -1, -2 to the name of what is handed in again."""
    number = re.search(r"[-_ (](\d{1,2})\)?$", re.sub(r"(\.\w{1,5})+$", "", name[-LONGEST_NAME:]))
    return int(number[1]) if number else 0, name


def tokens(text):
    """Words and numbers of a name, in small letters: "HW2-Müller" gives hw, 2, müller."""
    text = re.sub(r"\d{8}T\d{6}Z", " ", text[:LONGEST_NAME])  # when Google made an archive
    return re.findall(r"\d+|[^\W\d_]+", unicodedata.normalize("NFKC", text).casefold())


@functools.cache
def words_of(*notebooks):
    """The words and numbers of the notebooks' names."""
    return {word for notebook in notebooks for word in tokens(notebook)}


def named(name, notebooks):
    """(notebook, sure): which of the course's notebooks a name means; not sure where only a number in it says so."""
    words = tokens(re.sub(r"(\.\w{1,5})+$", "", name[-LONGEST_NAME:]))
    text = " ".join(words)
    for notebook in sorted(notebooks, key=len, reverse=True):
        if f" {' '.join(tokens(notebook))} " in f" {text} ":
            return notebook, True
    for at, word in enumerate(words):
        if word.isdigit() and len(word) < 3:
            letter = words[at + 1] if at + 1 < len(words) and len(words[at + 1]) == 1 else ""
            for begin in (f"{int(word):02d}{letter}_", f"{int(word):02d}_"):
                if found := next((notebook for notebook in notebooks if notebook.startswith(begin)), None):
                    return found, False
    return None, False


def is_box(name, notebooks):
    """Whether a folder's name speaks of a week, section, assignment or date, and of nobody."""
    words = set(tokens(name)) - words_of(*notebooks)
    if words and words <= MONTHS:
        return False  # April and June are people too
    return all(word in BOXES or len(word) == 1 or word.isdigit() and (len(word) < 5 or re.match(r"20\d{6}$", word))
               for word in words)  # a longer number is a student's


def is_section(name):
    """Whether a folder's name speaks of a part of a class."""
    return bool(set(tokens(name)) & SECTIONS)


def is_generic(name, notebooks):
    """Whether a folder's name says nothing about whose it is."""
    return is_box(" ".join(word for word in tokens(name) if word not in GENERIC), notebooks)


def is_paper(name):
    """Whether a name is that of what lies beside a class, and of nobody."""
    words = tokens(name)
    return {word for word in words if not word.isdigit()} <= PAPERS and not (words and "".join(words).isdigit())


def form_of(name, owner):
    """What a file's name says besides whose it is: hw, 1 of ada_hw1.ipynb and Ada HW1 (final).pdf."""
    stem = name.partition(".ipynb")[0].rpartition(".")
    return tuple(word for word in tokens(stem[0] or stem[2]) if word not in NOISE and word not in tokens(owner))


def is_anonymous(name):
    """Whether a system hides who somebody is: marked blindly."""
    return name.rpartition("-")[2].casefold() in NOBODY or name.startswith("anon_")


def like_people(names):
    """How much folders look like people's: 2 where each has words for first and last name, 0 for versions of one thing
    (rnn-course, rnn-course-old, Kopie von rnn-course), else 1.
    """
    plain = [[word for word in tokens(name) if not word.isdigit()] for name in names]
    noise = NOISE | VERSIONS
    if len({" ".join(word for word in words if word not in noise) for words in plain}) == 1:
        return int(not any(plain))  # numbers
    return 1 + all(len(words) > 1 and not set(words) & (BOXES | GENERIC | NOISE) for words in plain)


def owner_in(name, notebooks):
    """What is left of a file's name without the notebook's, words like "copy" and "final", dates and hw1: its owner.

    "Ada Lovelace - 01_rnn_cell (1).ipynb" gives "Ada Lovelace", "Copy of 03_bptt.ipynb" and "hw1_final.ipynb" "".
    """
    stem = re.sub(r"(?i)(\.(ipynb|txt|json|zip|tar|gz|tgz|bz2|xz|7z|rar|py|html?|pdf|docx?|odt|rtf|md|csv|xlsx?|png|"
                  r"jpe?g|gdoc|url|lnk|webloc|tex|bak))+$", "", unicodedata.normalize("NFC", name[-LONGEST_NAME:]))
    conflict, stem = CONFLICT.search(stem), CONFLICT.sub(" ", stem)
    for notebook in sorted(notebooks, key=len, reverse=True):
        pattern = r"[\W_]*".join(map(re.escape, tokens(notebook)))
        short = r"[\W_]*".join(map(re.escape, tokens(notebook.partition("_")[2])))
        stem = re.sub(rf"(?<![^\W_]){pattern}(?![^\W_])|(?<![^\W_]){short}(?![^\W_])", " ", stem, flags=re.I)
    dates = r"\b(19|20)\d\d[-_. ]\d\d?[-_. ]\d\d?\b|(?<!\d)20\d{2}[-_.]?\d{2}[-_.]?\d{2}(?!\d)"
    stem = re.sub(r"(?i)\b(copy of|kopie von|copie de|copia (de|di)|kopie van)\b", " ", stem)
    stem = re.sub(rf"\(\d{{1,2}}\)|{dates}", " ", stem)
    stem = re.sub(r"(?i)(?<![^\W_])(hw|ps|lab|ex|week|homework|assignment)\d{1,2}-(?=[^\W\d_])", " ", stem)
    parts = re.split(r"\s-\s|\s-|-\s", stem)  # Google Classroom's "Ada Lovelace - my work.ipynb"
    telling = [part for part in parts if not is_generic(part, notebooks)]
    left, words = [], re.findall(r"[^\s_]+", " ".join(telling or parts))
    for at, word in enumerate(words):
        bare, numbered = tokens(word), any(other.isdigit() for other in words[max(at - 1, 0):at + 2])
        if not bare or all(part in NOISE or part in BOXES or len(part) < 3 and part.isdigit() for part in bare) \
                and not set(bare) <= (MONTHS if numbered else MONTHS | SURNAMES):
            continue
        word = word.strip("-,()[]")
        left.append(word if len(word) == 2 else word.strip("."))  # J. keeps its point
    owner = " ".join(word for word in left if word) or conflict and conflict[1] or ""
    team = TEAM.search(name[-LONGEST_NAME:])
    said = {word for word in tokens(owner) if not word.isdigit()}
    owner = "" if said and said <= GENERIC | words_of(*notebooks) else owner  # my work, forward-1
    return team[0] if team and owner in ("", team[1]) else owner
