"""Reads a file that was handed in, trusting nothing: opens it once, bounds it, keeps cell sources only."""

import errno
import json
import os
import re
import stat

MOST_FILE = 20_000_000  # bytes of one notebook as handed in: outputs are dropped, so the limit is generous
MOST_OBJECTS = 400_000  # of its JSON, counted before it is parsed
MOST_SOURCE = 2_000_000  # characters of one notebook's sources, pictures pasted into texts left out
PICTURE = re.compile(r"data:image/[\w.+-]{1,40};base64,[A-Za-z0-9+/=\s]{100,}")  # as Colab puts them into a text
FORMS = (  # how other files begin
    (b"\x1f\x8b", "it is packed with gzip: unpack it"), (b"PK\x03\x04", "it is a zip: unpack it"),
    (b"%PDF", "it is a PDF: hand in the notebook itself, File > Download"),
    (b"\xff\xfe", "it is in UTF-16: save it in UTF-8"), (b"\xfe\xff", "it is in UTF-16: save it in UTF-8"),
    (b"L\0\0\0\x01\x14\x02\0", "it is a shortcut of Windows: hand in the file that it leads to"),
    (b"<", "it is a web page: use File > Download, not the browser's Save as"))
MOST_CELLS = 500


class Refused(ValueError):
    """A submission that cannot be graded; the message says why, for the student and the instructor."""


def open_below(root, parts):
    """Open a file below a folder, without following a link in any part of the way; returns its descriptor.

    root : the folder, which may be reached by links; parts : names as bytes, one for each step down
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC,
                       dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise Refused("it is a link, or was reached through one; hand in the notebook itself") from error
        raise Refused(f"it cannot be read: {error.strerror}") from error
    finally:
        os.close(folder)


def bytes_of(root, parts):
    """What a file holds. Refused when it is not an ordinary file, or too large."""
    handle = open_below(root, parts)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Refused("it is not an ordinary file")
    with os.fdopen(handle, "rb") as file:
        try:
            raw = file.read(MOST_FILE + 1)
        except OSError as error:
            raise Refused(f"it cannot be read: {error.strerror}") from error
    if len(raw) > MOST_FILE:
        raise Refused(f"it is larger than {MOST_FILE // 1_000_000} MB; clear its outputs (Kernel > Restart & Clear "
                      f"Outputs) and save")
    return raw


def text_of(source):
    """A source as nbformat allows it, a text or a list of lines, as one text without half surrogate pairs."""
    source = "".join(source) if isinstance(source, list) else source
    if not isinstance(source, str):
        raise TypeError(type(source).__name__)
    return source.encode(errors="replace").decode()


def why_no_json(raw, error):
    """Why a file is no notebook, as far as it tells."""
    if not raw.strip():
        return "it is empty"
    if re.search(rb"(?m)^(<{7}|>{7}) ", raw):
        return "it holds the marks of a conflict in git, <<<<<<< and >>>>>>>: choose one version and save it"
    if form := next((words for begin, words in FORMS if raw.lstrip().startswith(begin)), ""):
        return form
    if isinstance(error, UnicodeDecodeError):
        return "it is not in UTF-8: save it in UTF-8"
    if re.match(rb"\s*(import|from|def|#|%)\s?", raw):
        return "it is a Python program, not a notebook"
    return f"not valid JSON ({type(error).__name__}); was the download cut short?"


def cells_in(raw):
    """The cells of a notebook: dicts with cell_type, source, metadata and maybe id. Refused when it is none."""
    if (objects := raw.count(b"{") + raw.count(b"[")) > MOST_OBJECTS:
        raise Refused(f"it holds {objects} lists and objects, far more than the course's")
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Refused(f"it is not a notebook: {why_no_json(raw, error)}") from error
    if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
        raise Refused("it is not a notebook: the field nbformat is missing")
    try:
        if data["nbformat"] >= 4:
            found = data["cells"]
        else:  # before version 4: worksheets, and code under another name
            found = [{**cell, "source": cell["input"] if cell["cell_type"] == "code" else cell["source"]}
                     for sheet in data["worksheets"] for cell in sheet["cells"]]
        cells = [{"cell_type": str(cell["cell_type"]), "source": PICTURE.sub("(a picture)", text_of(cell["source"]))
                  if cell["cell_type"] == "markdown" else text_of(cell["source"]),
                  "metadata": cell.get("metadata", {}),
                  **({"id": cell["id"]} if isinstance(cell.get("id"), str) else {})} for cell in found]
    except (KeyError, TypeError, AttributeError) as error:
        raise Refused(f"it is not a notebook that nbformat accepts ({type(error).__name__})") from error
    characters = sum(len(cell["source"]) for cell in cells)
    if len(cells) > MOST_CELLS or characters > MOST_SOURCE:
        raise Refused(f"it has {len(cells)} cells and {characters} characters, far more than the course's")
    return cells
