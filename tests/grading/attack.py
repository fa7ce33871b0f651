"""Grades the honest, the broken and the hostile class in one run, and measures: points, damage, time.

`python -m tests.grading.attack` does it and writes the table to ATTACKS.md beside this file.
"""

import hashlib
import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from instructor.grading.names import safe_name
from tests.grading import classes, hostile
from tests.grading.ordinary import ordinary_user

TABLE = Path(__file__).with_name("ATTACKS.md")
CLASSES = {"honest": classes.honest, "broken": classes.broken, "hostile": hostile.hostile}


@dataclass
class Row:
    """What became of one submission. given : exercise -> points, None when it was not graded; result : as it was
    recorded.
    """

    kind: str
    student: str
    hand_in: classes.HandIn
    given: dict | None
    seconds: float
    result: dict

    @property
    def damage(self):
        """An attack that does what is forbidden gives the right answer, which it does not deserve."""
        deserved = self.hand_in.points or {}
        gained = [name for name, points in (self.given or {}).items() if points > deserved.get(name, 0) + 1e-9]
        return f"it gained in {', '.join(gained)}" if self.kind == "hostile" and gained else ""

    @property
    def fair(self):
        """Whether it got what it deserves, exercise by exercise."""
        deserved = self.hand_in.points
        if deserved is None or self.given is None:
            return deserved is None and self.given is None and self.hand_in.why in self.result["why"]
        return all(abs(points - deserved.get(name, 0)) < 1e-9 for name, points in self.given.items())

    def words(self):
        def total(points):
            return "not graded" if points is None else f"{sum(points.values()):g}"
        return [self.kind, self.student, self.hand_in.notebook, total(self.hand_in.points), total(self.given),
                self.damage or "none"]


def files(*folders):
    """Every file below folders: path -> what it is and holds."""
    return {str(path): (os.lstat(path).st_mode, "" if path.is_symlink() or not path.is_file()
                        else hashlib.sha256(path.read_bytes()).hexdigest())
            for folder in folders for path in [folder, *sorted(folder.rglob("*"))]}


def left_running(home):
    """Processes that belong to a home and its sandboxes."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(str(home).encode() in word for word in words) and int(process.name) != os.getpid():
            found.append(b" ".join(words).decode(errors="replace")[:200])
    return found


def listening():
    """Local addresses that TCP sockets listen on."""
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()[1:]]
    return {line[1] for line in lines if line[3] == "0A"}


def callers(server):
    """How many have connected to a listening socket."""
    count = 0
    while True:
        try:
            server.accept()
        except BlockingIOError:
            return count
        count += 1


def attack(grader, *options):
    """Hand in and grade all three classes, with options of the command; returns the rows and a list of damages, in
    words.
    """
    submissions, out, bystander = (grader.home / name for name in ("submissions", "out", "bystander"))
    bystander.mkdir()
    (bystander / "notes.txt").write_text("of no concern to any submission\n")
    for make in CLASSES.values():
        for student, hand_in in make().items():
            classes.write(submissions, student, hand_in)
    (submissions / "linked").mkdir()
    os.symlink(submissions / "solved" / "01_rnn_cell.ipynb", submissions / "linked" / "01_rnn_cell.ipynb")
    (submissions / "a-pipe").mkdir()
    os.mkfifo(submissions / "a-pipe" / "01_rnn_cell.ipynb")
    for path in (submissions, bystander):
        grader.give(path)
    before = files(grader.home / "course", submissions, bystander)
    with socket.create_server(("127.0.0.1", hostile.PORT)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(hostile.ABSTRACT.replace("\\0", "\0"))
        unix.listen()
        for server in (tcp, unix):
            server.setblocking(False)
        ports = listening()
        done = grader.run("-m", "instructor", "grade", submissions, "--out", out, *options, timeout=3600)
        # the broken ones, told by name
        assert done.returncode == 1 and "have no score" in done.stderr, done.stdout + done.stderr
        damages = [f"{name} was reached" for name, server in (("a TCP port", tcp), ("a Unix socket", unix))
                   if callers(server)]
        damages += [f"a new port is listened on: {port}" for port in listening() - ports
                    if port.endswith(f"{47114:04X}")]
    after = files(grader.home / "course", submissions, bystander)
    damages += [f"changed: {path}" for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
    damages += [f"still running: {words}" for words in left_running(grader.home)]
    damages += [f"written: {path}" for root in ("/var/tmp", "/tmp", "/usr", str(Path.home()))
                for path in Path(root).glob(f"*{hostile.MARK}*")]
    damages += [f"written: {path}" for path in grader.home.rglob(f"*{hostile.MARK}*")]
    rows = []
    for kind, make in CLASSES.items():
        for student, hand_in in make().items():
            path = out / "results" / safe_name(student) / f"{hand_in.notebook}.json"
            result = json.loads(path.read_text()) if path.exists() else {"status": "lost", "why": "no result",
                                                                         "exercises": {}, "seconds": 0.0}
            given = {name: e["points"] for name,
                     e in result["exercises"].items()} if result["status"] == "graded" else None
            rows.append(Row(kind, student, hand_in, given, result["seconds"], result))
    return rows, damages


HEAD = ["class", "submission", "notebook", "deserved", "given", "damage"]


def table(rows, damages):
    """The rows in Markdown, with what they add up to."""
    lost = sum(not row.fair for row in rows if row.kind == "honest")
    gained = sum(not row.fair for row in rows if row.kind == "hostile")
    lines = ["# Attacks", "", "Written by `python -m tests.grading.attack`; a submission is worth what its functions "
                              "return, and no more.", "",
             f"{len(rows)} submissions. Honest ones graded otherwise than deserved: {lost}. Hostile ones: {gained}. "
             f"Damage outside (files, processes, sockets): {'; '.join(damages) or 'none'}.", "",
             " | ".join(["", *HEAD, "seconds", ""]).strip(), "|---" * (len(HEAD) + 1) + "|"]
    for row in rows:
        lines.append("| " + " | ".join(ascii(w)[1:-1].replace("|", "\\|").replace("<", "\\<")
                                       for w in row.words()) + f" | {row.seconds:.1f} |")
    return "\n".join(lines) + "\n"


def without_times(text):
    """The rows of a table, seconds left out."""
    return [line.rsplit("|", 2)[0] for line in text.splitlines() if line.startswith("| ") and "deserved" not in line]


def main():
    with ordinary_user() as grader:
        rows, damages = attack(grader)
    text = table(rows, damages)
    TABLE.write_text(text)
    print(text)
    return int(bool(damages) or not all(row.fair and not row.damage for row in rows))


if __name__ == "__main__":
    sys.exit(main())
