"""Every student handed in has a row, on every layout: rows in = rows out, nobody lost, merged or made up."""

import datetime as dt
import os
import time
from dataclasses import dataclass, field

import pytest

from instructor.grading.grade_tables import as_csv, tables
from instructor.grading.intake import DUE, REFUSED, hand_ins
from instructor.grading.layouts.base import Pupil
from rnn_helpers.course import NOTEBOOKS
from tests.grading import classes
from tests.grading.layouts import builder
from tests.grading.layouts.builder import FIRST, OTHER, SECOND, THIRD, bare, untouched, work

A, B, C = "Ada Lovelace", "Böb O'Brien", "李 小龙"
N = "01_rnn_cell.ipynb"


@dataclass
class Case:
    """A class handed in. files : path -> bytes; due : (name, notebook) of every row to be graded; refused : names of the
    rows that have a reason instead; system : the layout's title
    """

    files: dict
    due: set
    refused: set = field(default_factory=set)
    system: str = "folders and files"
    paths: set = field(default_factory=set)  # of which the ends must be among what is graded


def ones(*names, notebook=FIRST):
    return {(name, notebook) for name in names}


def moodle(name, number, kind="file"):
    return f"{name}_{number}_assignsubmission_{kind}_"


MOODLE = {f"{moodle(A, 11)}/{N}": work(), f"{moodle(B, 12)}/{N}": work(), f"{moodle(C, 13)}/{N}": work()}
CLONE = {"README.md": b"x", "rnn_helpers/bptt.py": b"x", **{f"notebooks/{n}.ipynb": untouched(n) for n in NOTEBOOKS},
         **{f"notebooks/solutions/{n}.ipynb": work(n, "course") for n in NOTEBOOKS[:3]}}


def below(folder, members, **changed):
    return {f"{folder}/{path}": content for path, content in {**members, **changed}.items()}


def clone(folder, *worked):
    return below(folder, {**CLONE, **{f"notebooks/{n}.ipynb": work(n) for n in worked}})


METADATA = """submission_101:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1111'
    :email: ada@example.org
  :created_at: 2026-03-02 10:15:00 Z
  :score: 1.0
submission_102:
  :submitters:
  - :name: "B\\xF6b O'Brien"
    :sid: '1112'
    :email: bob@example.org
  - :name: 李 小龙
    :sid:
    :email: li@example.org
  :history:
  - :id: 5
    :submitters:
    - :name: Nobody
""".encode()

CASES = {
    # Moodle
    "moodle folders": Case(MOODLE, ones(A, B, C), system="Moodle"),
    "moodle flat": Case({f"{moodle(A, 11)}{N}": work(), f"{moodle(B, 12)}x.ipynb": work()}, ones(A, B), system="Moodle"),
    "moodle without the last sign": Case({f"{moodle(A, 11)[:-1]}/{N}": work(), f"{moodle(B, 12)}/{N}": work()},
                                         ones(A, B), system="Moodle"),
    "moodle, everything but notebooks": Case({
        f"{moodle(A, 11)}/{N}": work(), f"{moodle('Py', 12)}/a.py": b"x", f"{moodle('Pdf', 13)}/a.pdf": b"%PDF",
        f"{moodle('Txt', 14)}/{N}.txt": work(), f"{moodle('Json', 15)}/01_rnn_cell.json": work(),
        f"{moodle('Zip', 16)}/w.zip": {f"deep/{N}": work()}, f"{moodle('Html', 17)}/01_rnn_cell.html": b"<p>",
        f"{moodle('Bare', 18)}/01_rnn_cell": work(), f"{moodle('Empty', 19)}": None,
        f"{moodle('Text', 20, 'onlinetext')}/onlinetext.html": b"<p>", f"{moodle('Dir', 21)}/{N}/{N}": work(),
        f"{moodle('Long', 22)}/{'n' * 140} {N}": work(), f"{moodle('Seven', 23)}/a.7z": b"7z\xbc\xaf\x27\x1c",
        f"{moodle('Null', 24)}/{N}": b""},
        ones(A, "Txt", "Json", "Zip", "Bare", "Dir", "Long", "Null"),
        {"Py", "Pdf", "Html", "Empty", "Text", "Seven"}, "Moodle"),
    "moodle, text and file are one": Case({f"{moodle(A, 11, 'onlinetext')}/onlinetext.html": b"x",
                                           f"{moodle(A, 11)}/{N}": work()}, ones(A), system="Moodle"),
    "moodle groups": Case({f"Group A-{moodle(A, 11)}/{N}": work(), f"Group B-{moodle(B, 12)}/{N}": work()},
                          ones(f"Group A-{A}", f"Group B-{B}"), system="Moodle"),
    "moodle, a zip per group": Case({"Group A.zip": {f"{moodle(A, 11)}/{N}": work()},
                                     "Group B.zip": {f"{moodle(B, 12)}/{N}": work(), f"{moodle(C, 13)}/{N}": work()}},
                                    ones(A, B, C), system="Moodle"),
    "moodle, teams": Case({f"Group 1_55_assignsubmission_file/{N}": work(), f"Default group_assignsubmission_file/{N}": work()},
                          ones("Group 1", "Default group"), system="Moodle"),
    "moodle blind": Case({f"{moodle('Participant', 11)}/{N}": work(), f"{moodle('Participant', 12)}/{N}": work()},
                         ones("Participant"), system="Moodle"),
    "moodle, two of one name": Case({f"{moodle(A, 11)}/{N}": work(), f"{moodle(A, 12)}/{N}": work()}, ones(A),
                                    system="Moodle"),
    "moodle, two weeks": Case({"week1.zip": MOODLE, "week2.zip": {
        f"{moodle(A, 91)}/02.ipynb": work(SECOND), f"{moodle(B, 92)}/02.ipynb": work(SECOND)}},
        ones(A, B, C) | ones(A, B, notebook=SECOND), system="Moodle"),
    "moodle, a name that pretends": Case({f"{moodle(A, 1111)}/{N}": work(),
                                          f"{moodle(A, 1111)}{moodle('', 2222)}/{N}": work()},
                                         ones(A, moodle(A, 1111)), system="Moodle"),
    "moodle, a file name that pretends": Case({f"{moodle(A, 11)}/{N}": work(),
                                               f"{moodle('Eve', 22)}/{moodle(A, 11)}{N}": work()}, ones(A, "Eve"),
                                              system="Moodle"),
    "moodle flat, a file name that pretends": Case({f"{moodle(A, 11)}{N}": work(),
                                                    f"{moodle('Eve', 22)}{moodle(A, 11)}{N}": work()}, ones(A, "Eve"),
                                                   system="Moodle"),
    "moodle flat, a file name that ends as a folder's": Case({f"{moodle(A, 11)}{N}": work(), f"{moodle('Eve', 22)}{moodle('', 11)}": work()},
                                                              ones(A, "Eve"), system="Moodle"),
    "moodle, a stray folder": Case({**MOODLE, f"zoe/{N}": work()}, ones(A, B, C, "zoe"), system="Moodle"),
    "moodle, files around folders": Case({**MOODLE, "readme.txt": b"x", "grades.csv": b"x"}, ones(A, B, C),
                                         system="Moodle"),
    # Canvas
    "canvas": Case({"lovelaceada_12345_67890_01_rnn_cell.ipynb": work(), "müllerjürgen_LATE_12346_67891_x-1.ipynb": work(),
                    "van_dyke_12347_67892_Kopie von 01_rnn_cell.ipynb": work(), "LATE_anon_x1Y2z_67893_a.ipynb": work()},
                   ones("lovelaceada", "müllerjürgen", "van_dyke", "anon_x1Y2z"), system="Canvas"),
    "canvas, again": Case({"ada_101_2010_x-2.ipynb": untouched(), "ada_101_2011_x-1.ipynb": work(),
                           "bob_102_2012_x.ipynb": work(), "bob_102_2013_x-1.ipynb": work(note="2")},
                          ones("ada", "bob"), system="Canvas", paths={"x-1.ipynb"}),
    "canvas, everything but notebooks": Case({
        "ada_101_2010_x.ipynb": work(), "bob_102_2011_text.html": b"x", "cy_103_2012_work.zip": {N: work()},
        "fay_106_text.html": b"x", "gil_LATE_107_link.html": b"x", "anon_x1Y2z_text.html": b"x",
        "dan_104_2013_a.pdf": b"x", "eve_105_2014_01_rnn_cell.ipynb.json": work()},
        ones("ada", "cy", "eve"), {"bob", "dan", "fay", "gil", "anon_x1Y2z"}, "Canvas"),
    "canvas, zips that were unpacked": Case({f"ada_101_9001_hw/{N}": work(), f"bob_102_9002_my work/x/{N}": work(),
                                             "cy_103_9003_x.ipynb": work()}, ones("ada", "bob", "cy"), system="Canvas"),
    "canvas, groups": Case({"group1_101_9001_x.ipynb": work(), "lab_2_LATE_102_9002_x.ipynb": work()},
                           ones("group1", "lab_2"), system="Canvas"),
    "names like canvas's": Case({
        **{f"{who}_1_01_rnn_cell.ipynb": work() for who in ("ada@x.edu", "bob@x.edu")},
        **{f"{who}_101_2026_x.ipynb": work(SECOND) for who in ("cy", "dan")}},
        ones("ada@x.edu", "bob@x.edu") | ones("cy 101 2026 x", "dan 101 2026 x", notebook=SECOND)),
    "canvas, an old and a new name": Case({"ada_101_2010_x.ipynb": work(), "byron_101_2011_y.ipynb": work(SECOND)},
                                          {("ada", FIRST), ("byron", SECOND)}, system="Canvas"),
    "canvas, folders are no files of it": Case({f"week_1_2_smith/{N}": work(), f"week_1_3_jones/{N}": work(),
                                                f"smith_2023_10_homework/{N}": work()},
                                               ones("week_1_2_smith", "week_1_3_jones", "smith_2023_10_homework")),
    "canvas, names with numbers": Case({"3d_guy_501_9001_x.ipynb": work(), "team_red_502_9002_x.ipynb": work()},
                                       ones("3d_guy", "team_red"), system="Canvas"),
    # Blackboard
    "blackboard": Case({"Week 1_alovelace_attempt_2026-03-02-10-15-00_x.ipynb": work(),
                        "Week 1_alovelace_attempt_2026-03-02-10-15-00.txt": b"Name: Ada (alovelace)",
                        "Week 1_b_ob_attempt_2026-03-02-11-15-00_01_rnn_cell.ipynb": work(),
                        "Week 1_b_ob_attempt_2026-03-02-11-15-00.txt": b"Name: Bob (b_ob)",
                        "Week 1_cy_attempt_2026-03-02-11-15-00.txt": b"Name: Cy (cy)"},
                       ones("alovelace", "b_ob"), {"cy"}, "Blackboard"),
    "blackboard, users who begin alike": Case({
        "HW_1_s_ada_attempt_2026-03-02-10-15-00.txt": b"Name: Ada (A.) Lee (s_ada)\nAssignment: HW_1\n",
        **{f"HW_1_s_{who}_attempt_2026-03-02-10-15-00_x.ipynb": work() for who in ("ada", "bob")}},
        ones("s_ada", "s_bob"), system="Blackboard"),
    "blackboard, two attempts": Case({
        "HW_1_ada_attempt_2026-03-03-10-15-00_late.ipynb": work(note="2"), "HW_1_bob_attempt_2026-03-02-10-15-00_b.ipynb": work(),
        "HW_1_ada_attempt_2026-03-02-10-15-00_early.ipynb": work()}, ones("ada", "bob"), system="Blackboard",
        paths={"late.ipynb", "b.ipynb"}),
    # Brightspace
    "brightspace": Case({f"397063-2557369 - {A} - Sep 24, 2026 926 PM/x.ipynb": work(note="2"),
                         f"397063-2557369 - {A} - Sep 23, 2026 1126 AM/y.ipynb": work(),
                         f"397064-2557369 - {B} - 3 September, 2026 1226 PM/x.ipynb": work(), "index.html": b"x"},
                        ones(A, B), system="Brightspace", paths={"PM/x.ipynb"}),
    "brightspace, one number, flat": Case({f"397063-2557369 - {A} - Sep 24, 2026 926 PM - x.ipynb": work(),
                                           f"397063-2557369 - {B} - Sep 24, 2026 926 PM - {N}": work(),
                                           f"397063-2557369 - {C} - Sep 24, 2026 926 PM - a.pdf": b"x",
                                           "index.html": b"x"}, ones(A, B), {C}, "Brightspace"),
    "brightspace, a date in no known form": Case({f"1-2 - {A} - 24 sept. 2026 21 h 26/x.ipynb": work(),
                                                  "3-2 - Jean - Luc - 2026-09-24 2126/x.ipynb": work()},
                                                 ones(A, "Jean - Luc"), system="Brightspace"),
    "brightspace, other clocks": Case({f"1-2 - {A} - 24 Sep, 2026 1426/x.ipynb": work(),
                                       f"3-2 - {B} - Sep 24 2026 2:26 PM/x.ipynb": work()}, ones(A, B), system="Brightspace"),
    # Sakai
    "sakai": Case({"grades.csv": b"Week 1,POINTS", f"Lovelace, Ada(ada01)/Submission attachment(s)/{N}": work(),
                   f"Lovelace, Ada(ada01)/Feedback Attachment(s)/{N}": work(note="tutor"),
                   "Lovelace, Ada(ada01)/timestamp.txt": b"20260302101500000",
                   "Nobody, Ned(ned)/timestamp.txt": b"", "Nobody, Ned(ned)/Ned_submissionText.html": b"",
                   "O'Brien, Böb(bob)/Submission attachment(s)/x.ipynb": work()},
                  ones("Lovelace, Ada", "O'Brien, Böb"), {"Nobody, Ned"}, "Sakai"),
    # Gradescope
    "gradescope": Case({"submission_metadata.yml": METADATA, f"submission_101/{N}": work(), "submission_102/x.ipynb": work(),
                        "submission_103/x.ipynb": work()}, ones(A, B, C, "submission_103"), system="Gradescope"),
    "gradescope, a scan": Case({"submission_metadata.yml": METADATA.replace(b"submission_101:", b"submission_101.pdf:"),
                                "submission_101.pdf": b"%PDF", f"submission_102/{N}": work()}, ones(B, C), {A},
                               system="Gradescope"),
    "gradescope, a folder that is missing": Case({"submission_metadata.yml": METADATA, f"submission_102/{N}": work()},
                                                 ones(B, C), {A}, system="Gradescope"),
    "files, among them a list that gives Ada's away": Case({
        f"{A} - {N}": work(), f"{C} - {N}": work(), "submission_metadata.yml": METADATA.replace(b"submission_101", f"{A} - {N}".encode())
        .replace(A.encode(), b"Eve").replace(b"submission_102", f"'{C} - {N}'".encode())}, ones(A, C)),
    "gradescope, a list that would fill the memory": Case({"submission_metadata.yml": METADATA + b"submission_103:\n  :submitters:\n  - :name: &a0 [x]\n" +
        b"".join(b"  - :name: &a%d [%s]\n" % (n + 1, b", ".join([b"*a%d" % n] * 30)) for n in range(30)),
        f"submission_101/{N}": work(), "submission_102/x.ipynb": work()}, ones("submission_101", "submission_102"), system="Gradescope"),
    # clones
    "github classroom": Case({**clone("rnn-course-submissions/rnn-course-ada", FIRST),
                              **clone("rnn-course-submissions/rnn-course-bob-x", FIRST, SECOND),
                              **clone("rnn-course-submissions/rnn-course-cy")},
                             {("ada", FIRST), ("bob-x", FIRST), ("bob-x", SECOND)}, {"cy"},
                             "GitHub Classroom and other clones"),
    "a clone in each folder": Case({**clone("ada/rnn-course", FIRST), **clone("bob/rnn-course", SECOND),
                                    f"bob/rnn-course-old/notebooks/{N}": untouched()},
                                   {("ada", FIRST), ("bob", SECOND)}, set()),
    "zips of clones": Case({f"rnn-course-{who}-main.zip": below(f"rnn-course-{who}-main", CLONE, **{f"notebooks/{N}": work()})
                            for who in ("ada", "bob")}, ones("ada", "bob"), system="GitHub Classroom and other clones"),
    "the only clone of an assignment": Case(clone("rnn-course-submissions/rnn-course-ada", FIRST), ones("ada"),
                                            system="GitHub Classroom and other clones"),
    "one clone": Case(clone("ada", FIRST), ones("ada"), system="GitHub Classroom and other clones"),
    "clones by week": Case({**clone("week1/ada", FIRST), **clone("week1/bob", FIRST), **clone("week2/ada", SECOND),
                            **clone("week2/bob", SECOND)},
                           ones("ada", "bob") | ones("ada", "bob", notebook=SECOND),
                           system="GitHub Classroom and other clones"),
    "clones of two assignments": Case({**clone("w1-submissions/w1-ada", FIRST), **clone("w1-submissions/w1-bob", FIRST),
                                       **clone("w2-submissions/w2-ada", SECOND), **clone("w2-submissions/w2-bob", SECOND)},
                                      ones("ada", "bob") | ones("ada", "bob", notebook=SECOND),
                                      system="GitHub Classroom and other clones"),
    "repositories of one notebook": Case({
        **{f"hw{n}-submissions/hw{n}-{who}/{name}.ipynb": work(name) for n, name in ((1, FIRST), (2, SECOND))
           for who in ("ada", "ann-lee", "ann-ray")}, "hw1-submissions/hw1-cy/README.md": b"x"},
        ones("ada", "ann-lee", "ann-ray") | ones("ada", "ann-lee", "ann-ray", notebook=SECOND), {"cy"},
        "GitHub Classroom and other clones"),
    "repositories, the folder again": Case({f"hw1-submissions (1)/hw1-{who}/{N}": work() for who in ("ada", "bob")},
                                           ones("ada", "bob"), system="GitHub Classroom and other clones"),
    "repositories of a script": Case({f"repos/hw1-{who}/{name}": content for who in ("ada", "bob") for name, content in
                                      ((N, work()), (".git/HEAD", b"x"))}, ones("ada", "bob"),
                                     system="GitHub Classroom and other clones"),
    "a class kept in git": Case({**{f"cs101/{who}/{N}": work() for who in ("ada", "bob")}, "cs101/.git/HEAD": b"x",
                                 "notes.txt": b"x"}, ones("ada", "bob")),
    "zips of repositories of one notebook": Case({f"hw1-{who}-{at}.zip": {f"hw1-{who}-{at}/{N}": work()} for who, at in
                                                  (("ada", "main"), ("bob", "3f" * 20))}, ones("ada", "bob"),
                                                 system="GitHub Classroom and other clones"),
    # nbgrader
    "nbgrader course": Case({"gradebook.db": b"x", "nbgrader_config.py": b"", f"source/ps1/{N}": work(), f"release/ps1/{N}":
                             untouched(), f"submitted/ada/ps1/{N}": work(), f"submitted/bob/ps1/{N}": work(),
                             "submitted/ada/ps2/02_forward_pass.ipynb": work(SECOND),
                             f"autograded/ada/ps1/{N}": work(), "feedback/ada/ps1/x.html": b"x"},
                            ones("ada", "bob") | ones("ada", notebook=SECOND)),
    "nbgrader inbound": Case({f"inbound/ada+ps1+2026-03-02 10:15:00.000000 UTC+tok/{N}": work(),
                              "inbound/ada+ps1+2026-03-03 10:15:00.000000 UTC+tok/last.ipynb": work(note="2"),
                              f"inbound/bob+ps1+2026-03-02 10:15:00.000000 UTC/{N}": work(),
                              "inbound/bob+ps1+2026-03-02 10:15:00.000000 UTC/timestamp.txt": b"x"},
                             ones("ada", "bob"), system="nbgrader", paths={"last.ipynb"}),
    "nbgrader collect": Case({"ps1_ada_attempt_2026-01-30-15-00-00_problem1.ipynb": work(),
                              "ps1_bob_attempt_2026-01-30-15-00-00_problem1.ipynb": work()}, ones("ada", "bob"),
                             system="Blackboard"),
    "nbgrader submitted alone": Case({f"submitted/ada/ps1/{N}": work(), f"submitted/bob/ps1/{N}": work()},
                                     ones("ada", "bob")),
    # JupyterHub
    "homes": Case({f"home/jupyter-ada/rnn-course/notebooks/{N}": work(), "home/jupyter-ada/01_intro.ipynb": OTHER,
                   f"home/jupyter-bob/work/{N}": work(), "home/jupyter-cy/01_intro.ipynb": OTHER,
                   f"home/jupyter-bob/.ipynb_checkpoints/{N}": work(note="old")}, ones("ada", "bob"), {"cy"},
                  "JupyterHub homes"),
    "homes, whole clones": Case({**clone("ada/rnn-course", FIRST), **clone("bob/rnn-course"), **clone("cy/nbs", THIRD)},
                                {("ada", FIRST), ("cy", THIRD)}, {"bob"}),
    # Drive
    "drive": Case({f"{A} - 01_rnn_cell.ipynb": work(), f"{A} - 02_forward_pass.ipynb": work(SECOND),
                   f"{B} - 01_rnn_cell.ipynb": work(), f"{B} - Copy of 02_forward_pass.ipynb": work(SECOND)},
                  ones(A, B) | ones(A, B, notebook=SECOND)),
    "drive, copies in folders": Case({"ada/Copy of 01_rnn_cell.ipynb": work(), "ada/Copy of 02_forward_pass.ipynb": work(SECOND),
                                      "bob/01_rnn_cell (1).ipynb": work(), f"bob/{N}": untouched()},
                                     ones("ada", "bob") | ones("ada", notebook=SECOND), paths={"(1).ipynb"}),
    "classroom's folders in drive": Case({
        f"Classroom/CS101/Week 1/{A} - 01_rnn_cell.ipynb": work(), f"Classroom/CS101/Week 1/{B} - 01_rnn_cell.ipynb": work(),
        f"Classroom/CS101/Week 2/{A} - 02_forward_pass.ipynb": work(SECOND)}, ones(A, B) | ones(A, notebook=SECOND)),
    # folders
    "by student": Case({f"ada/{N}": work(), f"bob/{N}": work(), "ada/02_forward_pass.ipynb": work(SECOND)},
                       ones("ada", "bob") | ones("ada", notebook=SECOND)),
    "by assignment": Case({f"01_rnn_cell/ada/{N}": work(), f"01_rnn_cell/bob/{N}": work(),
                           "02_forward_pass/ada/x.ipynb": work(SECOND)}, ones("ada", "bob") | ones("ada", notebook=SECOND)),
    "by week": Case({f"week1/ada/{N}": work(), f"week1/bob/{N}": work(), "week 2/ada/x.ipynb": work(SECOND),
                     "week 2/bob/x.ipynb": work(SECOND)}, ones("ada", "bob") | ones("ada", "bob", notebook=SECOND)),
    "by section": Case({f"section A/ada/{N}": work(), f"section A/bob/{N}": work(), f"section B/cy/{N}": work()},
                       ones("ada", "bob", "cy")),
    "by named assignment": Case({"HW1 - RNN cell/Ada/x.ipynb": work(), "HW1 - RNN cell/Bob/x.ipynb": work(),
                                 "HW2 - Forward/Ada/x.ipynb": work(SECOND)}, ones("Ada", "Bob") | ones("Ada", notebook=SECOND)),
    "by rooms that no word names": Case({f"blue/ada/{N}": work(), f"blue/bob/{N}": work(), f"red/cy/{N}": work(),
                                         f"red/dan/{N}": work(), f"green/eve/{N}": work()},
                                        ones("ada", "bob", "cy", "dan", "eve")),
    "by tutor, one with one student": Case({f"Eve T/{A}/x/{N}": work(), f"Eve T/{B}/x/{N}": work(), f"Max T/Bo Ray/x/{N}":
                                            work()}, ones(A, B, "Bo Ray")),
    "by week, numbers for names": Case({f"week{week}/{who:02}/{name}.ipynb": work(name) for who in (1, 2, 3)
                                        for week, name in ((1, FIRST), (2, SECOND))},
                                       {(f"{who:02}", name) for who in (1, 2, 3) for name in (FIRST, SECOND)}),
    "accounts with attempts": Case({f"home/user{who}/{name}{number}/{N}": work(note=name) for who in (1, 2, 3)
                                    for name in ("attempt", "") for number in (1, 2)}, ones("user1", "user2", "user3")),
    "by student, then week": Case({f"ada/week1/{N}": work(), "ada/week2/x.ipynb": work(SECOND), f"bob/week1/{N}": work()},
                                  ones("ada", "bob") | ones("ada", notebook=SECOND)),
    "by student, then assignment": Case({f"ada/01_rnn_cell/{N}": work(), f"bob/01_rnn_cell/{N}": work()}, ones("ada", "bob")),
    "by section, then week": Case({f"section 1/week 1/ada/{N}": work(), f"section 2/week 1/bob/{N}": work()},
                                  ones("ada", "bob")),
    "by week, files by name": Case({"week1/ada.ipynb": work(), "week1/bob.ipynb": work(), "week2/ada.ipynb": work(SECOND)},
                                   ones("ada", "bob") | ones("ada", notebook=SECOND)),
    "teams, files of any name": Case({f"Team {n}/analysis.ipynb": work(note=str(n)) for n in (1, 2, 3)},
                                     ones("Team 1", "Team 2", "Team 3")),
    "flat, names that are words of courses": Case({
        **{f"{who} - 01_rnn_cell.ipynb": work() for who in ("Jo Day", "Jo Weeks", "Summer Lee", "April Ray")},
        "day 3 - Al Young - 01_rnn_cell.ipynb": work()}, ones("Jo Day", "Jo Weeks", "Summer Lee", "April Ray", "Al Young")),
    "teams": Case({f"group_1/{N}": work(), f"group_2/{N}": work()}, ones("group_1", "group_2")),
    "one name in two sections": Case({f"section A/ada/{N}": work(), f"section B/ada/{N}": work(note="b"),
                                      f"section B/bob/{N}": work()}, ones("ada", "bob")),
    "names alike": Case({f"A B/{N}": work(), f"A_B/{N}": work(), f"a b/{N}": work()}, ones("A B", "A_B", "a b")),
    "a team's versions": Case({f"ada/draft/{N}": work(), f"ada/final/{N}": work(note="2"), f"bob/{N}": work()},
                              ones("ada", "bob"), paths={"final/01_rnn_cell.ipynb"}),
    "a folder more": Case({f"ada/x/y/{N}": work(), f"bob/z/{N}": work()}, ones("ada", "bob")),
    "a student without files": Case({f"ada/{N}": work(), "bob": None, "cy/.hidden": b"", f"dan/.ipynb_checkpoints/{N}": work()},
                                    ones("ada"), {"bob", "cy", "dan"}),
    "solutions beside students": Case({f"ada/{N}": work(), f"bob/{N}": work(), f"solutions/{N}": work()}, ones("ada", "bob")),
    "a student's name is one of the course's folders": Case({f"{name}/{N}": work() for name in ("ada", "bob", "source", "tests")},
                                                            ones("ada", "bob", "tests"), {"source"}),
    "nbgrader's source beside students": Case({f"ada/{N}": work(), f"bob/{N}": work(), f"release/{N}": untouched(),
                                               f"source/{N}": work(note="### BEGIN SOLUTION")}, ones("ada", "bob")),
    "solutions of a student": Case({f"ada/{N}": work(), f"bob/notebooks/solutions/{N}": work()}, ones("ada"), {"bob"}),
    "files and folders of students in one week": Case({
        f"week1/ada/{N}": work(), f"week1/bob - {N}": work(), f"week1/cy - {N}": work(), "week2/ada - 02.ipynb": work(SECOND),
        "week2/bob - 02.ipynb": work(SECOND)}, ones("ada", "bob", "cy") | ones("ada", "bob", notebook=SECOND)),
    "revisions in folders": Case({f"{who} - {k}/Revision {n} - {when}/{N}": work(note=str(n)) for k, who in enumerate(("Lee, Ada", "Fox, Cy"))
                                  for n, when in ((1, "On Time"), (2, "Late"))}, ones("Lee, Ada - 0", "Fox, Cy - 1"),
                                 paths={f"Revision 2 - Late/{N}"}),
    "numbered students in other languages": Case({f"{who} {k} - {N}": work() for who in ("Schüler", "学生") for k in (1, 2)},
                                                 ones("Schüler 1", "Schüler 2", "学生 1", "学生 2")),
    # what is in the file
    "names that mislead": Case({"ada/HW2_week1.ipynb": work(), "bob/week5_notebook1.ipynb": work(), "cy/smith2.ipynb": work(),
                                "dan/01_rnn_cell_smith_2024_11_05_final.ipynb": work(THIRD), "eve/homework.ipynb": bare()},
                               ones("ada", "bob", "cy", "eve") | ones("dan", notebook=THIRD)),
    "an untouched copy is newer": Case({f"ada/{N}": work(), "ada/01_rnn_cell-Copy1.ipynb": untouched(), f"bob/{N}": work(),
                                        "bob/01_rnn_cell (2).ipynb": b""}, ones("ada", "bob"),
                                       paths={"ada/01_rnn_cell.ipynb", "bob/01_rnn_cell.ipynb"}),
    "another course beside": Case({f"ada/{N}": work(), "ada/01_intro.ipynb": OTHER, "bob/01_intro.ipynb": OTHER},
                                  ones("ada"), {"bob"}),
    "junk": Case({f"ada/{N}": work(), "ada/.DS_Store": b"x", "ada/Thumbs.db": b"x", f"ada/._{N}": b"x", "desktop.ini": b"x",
                  f"__MACOSX/ada/._{N}": b"x", "ada/~$notes.docx": b"x", f"bob/{N}": work()}, ones("ada", "bob")),
    # files
    "flat by name": Case({"ada.ipynb": work(), "bob.ipynb": work(), "cy.pdf": b"%PDF", "readme.txt": b"x"},
                         ones("ada", "bob"), {"cy"}),
    "flat, name and notebook": Case({"01_rnn_cell_smith.ipynb": work(), "jones-01_rnn_cell.ipynb": work(),
                                     "hw1_miller.ipynb": work(), "02_forward_pass_smith.ipynb": work(SECOND)},
                                    ones("smith", "jones", "miller") | ones("smith", notebook=SECOND)),
    "flat, a name that ends in the notebook's number": Case({f"{name}_smith2.ipynb": work(name) for name in (FIRST, SECOND)},
                                                            ones("smith2") | ones("smith2", notebook=SECOND)),
    "copies that name nobody": Case({"Copy of 01_rnn_cell.ipynb": work(), "Copy of 01_rnn_cell (1).ipynb": work(note="2"),
                                     "01_rnn_cell.ipynb": untouched()},
                                    ones("Copy of 01_rnn_cell", "Copy of 01_rnn_cell (1)")),
    "flat, teams": Case({"Student_1_01_rnn_cell.ipynb": work(), "team-3_01_rnn_cell.ipynb": work(), "Group 12 - 02_forward_pass.ipynb": work(SECOND)},
                        {("Student_1", FIRST), ("team-3", FIRST), ("Group 12", SECOND)}),
    "flat, with a zip": Case({"ada_hw1.ipynb": work(), "bob_hw1.zip": {N: work()}, "cy_hw1.pdf": b"%PDF", "dan_hw1.py": b"x"},
                             ones("ada", "bob"), {"cy", "dan"}),
    "flat, a dated name": Case({"01_rnn_cell_smith_2024_11_05_final.ipynb": work(), "01_rnn_cell_jones_2024_11_05.ipynb": work()},
                               ones("smith", "jones")),
    "one student's files": Case({"ada/01_rnn_cell.ipynb": work(), "ada/02_forward_pass.ipynb": work(SECOND)},
                                ones("ada") | ones("ada", notebook=SECOND)),
    "one student's course": Case({f"Ada/notebooks/{N}": work()}, ones("Ada")),
    "a paper beside the folder of the class": Case({**below("rnn-course/home", MOODLE), "README.md": b"x"}, ones(A, B, C),
                                                   system="Moodle"),
    "a list beside the zip of the class": Case({"week1.zip": {f"ada/{N}": work(), f"bob/{N}": work()}, "grades.xlsx": b"x"},
                                               ones("ada", "bob")),
    "a lecturer's own folders": Case({f"to grade/{A}/{N}": work(), f"to grade/{B}/{N}": work(), f"graded already/{C}/{N}": work(),
                                      f"template/{N}": untouched(), "grades.xlsx": b"x"}, ones(A, B, C)),
    "google classroom, names that say little": Case({f"{A} - my work.ipynb": work(), f"{B} - forward.ipynb": work(SECOND),
                                                     f"{B} - helpers.py": b"x", "Zoë Summer - 2_final.ipynb": work(SECOND),
                                                     f"{C} - Colab link.gdoc": b"{}"},
                                                    ones(A) | ones(B, "Zoë Summer", notebook=SECOND), {C}),
    "a zip with two files that say little": Case({f"{A}.zip": {"forward.ipynb": work(SECOND), "forward-1.ipynb": work(SECOND, "2"),
                                                              "solution.ipynb": work()}}, ones(A) | ones(A, notebook=SECOND)),
    "one student, without a notebook": Case({f"class/{A}.zip": {"hand in/notes.docx": b"x"}}, set(), {A}),
    "microsoft teams": Case({f"Student Work/Submitted files/{A}/Week 1/Version 1/{N}": work(),
                             f"Student Work/Submitted files/{A}/Week 1/Version 2/x.ipynb": work(note="2"),
                             f"Student Work/Submitted files/{B}/Week 1/{N}": work(),
                             f"Student Work/Working files/{C}/Week 1/{N}": work(), "README.md": b"x"}, ones(A, B, C),
                            paths={"Version 2/x.ipynb"}),
    "handed out beside": Case({f"ada/{N}": work(), f"bob/{N}": work(), N: untouched()}, ones("ada", "bob")),
    "whoever lies beside": Case({f"ada/{N}": work(), f"bob/{N}": work(), "data/x.csv": b"x", "docs/a.md": b"x"},
                                ones("ada", "bob")),
    "weeks, some empty": Case({f"week1/ada/{N}": work(), f"week1/bob/{N}": work(), "week2/ada/a.pdf": b"x", "week3": None,
                               "week1/cy": None}, ones("ada", "bob"), {"cy"}),
    "people called April and June": Case({f"April/x/{N}": work(), f"June/y/{N}": work()}, ones("April", "June")),
    "numbers for names": Case({f"1234567/task one/{N}": work(), f"1234568/my own/{N}": work(), f"1234569/{N}": work()},
                              ones("1234567", "1234568", "1234569")),
    "accounts, flat": Case({f"student{who}.ipynb": work() for who in (1, 2)}, ones("student1", "student2")),
    "a folder of who is late": Case({f"{A}/{N}": work(), f"late/{B}.ipynb": work()}, ones(A, B)),
    "numbers for names, flat": Case({"1234567.ipynb": work(), "1234568_01_rnn_cell.ipynb": work()},
                                    ones("1234567", "1234568")),
    "names with small words": Case({"Ada von Berg - 01_rnn_cell.ipynb": work(), "J. de la Cruz - 01_rnn_cell.ipynb": work(),
                                    "Copy of 01_rnn_cell - Bob May.ipynb": work()},
                                   ones("Ada von Berg", "J. de la Cruz", "Bob May")),
    "two tries in a class of two": Case({f"ada/first/{N}": work(), f"ada/second/{N}": work(note="2"), f"bob/x/{N}": work()},
                                        ones("ada", "bob"), paths={"second/01_rnn_cell.ipynb"}),
    "a student's source folder": Case({f"ada/source/{N}": work(), f"bob/{N}": work()}, ones("ada", "bob")),
    "teams, one without a notebook": Case({f"group_1/{N}": work(), f"group_2/{N}": work(), "group_3/report.pdf": b"x"},
                                          ones("group_1", "group_2"), {"group_3"}),
    "nobody has a notebook": Case({"ada/a.pdf": b"x", "bob/b.py": b"x"}, set(), {"ada", "bob"}),
    "drive's parts": Case({"drive-download-20260302T101500Z-001.zip": {f"Week 1/ada/{N}": work(), f"Week 1/bob/{N}": work()},
                           "drive-download-20260302T101500Z-002.zip": {f"Week 1/cy/{N}": work()}}, ones("ada", "bob", "cy")),
    "a zip and what it holds": Case({"ada.zip": {N: work()}, f"ada/{N}": work(), f"bob/{N}": work()}, ones("ada", "bob")),
    "untouched, handed in": Case({f"ada/{N}": untouched(), f"bob/{N}": work()}, ones("ada", "bob")),
    "sakai, a name that pretends": Case({f"Eve (bob)(eve)/Submission attachment(s)/{N}": work(),
                                         f"O'Brien, Bob(bob)/Submission attachment(s)/{N}": work()},
                                        ones("Eve (bob)", "O'Brien, Bob"), system="Sakai"),
    "sakai, flat": Case({f"Lovelace, Ada(ada01)_Submission attachment(s)_{N}": work(),
                         "O'Brien, Böb(bob)_Submission attachment(s)_x(1).ipynb": work()},
                        ones("Lovelace, Ada", "O'Brien, Böb"), system="Sakai"),
    # archives
    "a folder of zips": Case({"ada.zip": {N: work()}, "bob.zip": {f"rnn/{N}": work()}, "cy.zip": {}, "dan.zip": {"a.pdf": b"x"}},
                             ones("ada", "bob"), {"cy", "dan"}),
    "zips named by notebook": Case({"01_rnn_cell_ada.zip": {N: work()}, "01_rnn_cell_bob.zip": {N: work()}}, ones("ada", "bob")),
    "zips in folders": Case({"ada/work.zip": {N: work()}, "bob/a.zip": {"b.zip": {N: work()}}, "cy/no.zip": b"PK no zip",
                             "dan/a.rar": b"Rar!\x1a\x07"}, ones("ada", "bob"), {"cy", "dan"}),
    "zips by week": Case({"week1.zip": {f"ada/{N}": work(), f"bob/{N}": work()}, "week2.zip": {"ada/x.ipynb": work(SECOND)}},
                         ones("ada", "bob") | ones("ada", notebook=SECOND)),
}


@pytest.mark.parametrize("files", [
    {"week1.zip": MOODLE}, below("week1/week1", MOODLE), MOODLE,
    {"week1.zip": MOODLE, "week2.zip": {f"{moodle(A, 91)}/02.ipynb": work(SECOND)}}])
@pytest.mark.parametrize("form", builder.FORMS)
def test_moodles_worksheet_beside_the_class_says_when(tmp_path, files, form):
    sheet = """\ufeffIdentifier,"Full name",Status,"Last modified (submission)","Last modified (grade)"
"Participant 11","Ada Lovelace","Submitted for grading","Monday, 26 October 2026, 12:00 PM",-
"Participant 12","Böb O'Brien","Submitted for grading",-,-
""".encode()
    intake = look(builder.FORMS[form](tmp_path, {**files, "Grades-CS101-Week 1-98765.csv": sheet, "other.csv": b"a,b\n"}))
    noon = int(dt.datetime(2026, 10, 26, 12).timestamp() * 1e9)  # in this machine's time
    found = {(item.who.name, item.who.number): item.when for item in intake.items if item.state == DUE}
    assert found == {(A, "11"): noon, (B, "12"): 0, (C, "13"): 0, **({(A, "91"): 0} if "week2.zip" in files else {})}


HEADS = {
    "Moodle": {f"moodle/{FIRST}.csv": "Identifier,Full name,Grade,Maximum Grade,Last modified (grade)"},
    "Canvas": {"canvas.csv": f"Student,ID,SIS User ID,SIS Login ID,Section,{FIRST}"},
    "Blackboard": {"blackboard.csv": f"Last Name,First Name,Username,{FIRST}"},
    "Brightspace": {"brightspace.csv": f"OrgDefinedId,Username,{FIRST} Points Grade,End-of-Line Indicator"},
    "Sakai": {f"sakai/{FIRST}/grades.csv": f"{FIRST},POINTS"},
    "Gradescope": {"gradescope.csv": f"Name,SID,Email,{FIRST}"},
    "nbgrader": {"nbgrader.csv": "assignment,student_id,last_name,first_name,email,score,max_score"},
}


@pytest.mark.parametrize("system", HEADS)
def test_each_system_gets_its_own_table(system):
    pupil = Pupil("Lovelace, Ada", system, {FIRST: 10.5}, {FIRST: "17"}, {"username": "ada", "orgdefinedid": "7001"})
    found = {name: as_csv(rows) for name, rows in tables([pupil], [FIRST])}
    for name, head in HEADS[system].items():
        assert found[name].startswith(head + "\n") and "10.5" in found[name]
    others = set(found) - {f"moodle/{FIRST}.csv", "canvas.csv", *HEADS[system]}
    assert not others  # those of systems that nobody used are not written


def rows(intake):
    """(name, notebook) of what is due, and the names of who has a reason instead."""
    due = [item for item in intake.items if item.state == DUE]
    refused = {item.student: item.who.name for item in intake.items if item.state == REFUSED and item.who}
    students = {item.student for item in due}
    return due, {name for student, name in refused.items() if student not in students}


def look(path, **more):
    return hand_ins(path, classes.RELEASED, NOTEBOOKS, **more)


FEW = ("zip, a folder around",)  # of the forms, for every day


@pytest.mark.parametrize("form", [form if form in FEW else pytest.param(form, marks=pytest.mark.slow)
                                  for form in builder.FORMS])
@pytest.mark.parametrize("name", CASES)
def test_rows_in_are_rows_out(tmp_path, name, form):
    case = CASES[name]
    intake = look(builder.FORMS[form](tmp_path, case.files))
    due, refused = rows(intake)
    assert {(item.who.name, item.notebook) for item in due} == case.due
    assert refused == case.refused
    assert len({(item.student, item.notebook) for item in due}) == len(due)  # one file for each row
    assert case.system in intake.layouts
    assert len(intake.items) >= len(case.files)  # every file is accounted for
    assert all(any(item.words.endswith(end) for item in due) for end in case.paths)
    assert all(item.why for item in intake.items if item.state != DUE)


def stamp(text):
    return {N: work(), "timestamp.txt": text}


GIVEN = "2026-03-02T22:30:00+01:00"  # when it was handed in, in Vienna; the files are of another day
TIMES = {
    "blackboard": ("HW_ada_attempt_2026-03-02-22-30-00_x.ipynb", work()),
    "brightspace": ("1-2 - Ada - Mar 2, 2026 1030 PM/x.ipynb", work()),
    "nbgrader's exchange": ("inbound/ada+ps1+2026-03-02 21:30:00.000000 UTC+t/x.ipynb", work()),
    "nbgrader's exchange, unpacked by Windows": ("inbound/ada+ps1+2026-03-02 21_30_00.000000 UTC+t/x.ipynb", work()),
    "nbgrader": ("submitted/ada/ps1", stamp(b"2026-03-02 21:30:00.123456 UTC")),
    "nbgrader, another time below": ("submitted/ada/ps1", {**stamp(b"2026-03-02 21:30:00 UTC"),
                                                           "a/timestamp.txt": b"2026-01-01 21:30:00 UTC"}),
    "sakai": ("Lee, Ada(ada)", {"timestamp.txt": b"20260302213000123", f"Submission attachment(s)/{N}": work(),
                                "Submission attachment(s)/timestamp.txt": b"20260101213000123"}),
    "gradescope": ("e", {f"submission_101/{N}": work(), "submission_metadata.yml": METADATA.replace(
        b"10:15:00 Z", b"21:30:00.123456000 Z")}),
    "gradescope, an offset": ("e", {f"submission_101/{N}": work(), "submission_metadata.yml": METADATA.replace(
        b"10:15:00 Z", b"14:30:00.123456000 -07:00")}),
    "gradescope, an object": ("e", {f"submission_101/{N}": work(), "submission_metadata.yml": METADATA.replace(
        b"2026-03-02 10:15:00 Z", b"!ruby/object:ActiveSupport::TimeWithZone\n    utc: 2026-03-02 21:30:00.1 Z")}),
}
UNKNOWN = {"moodle": MOODLE, "canvas": {"ada_101_9001_x.ipynb": work()}, "a clone": clone("ada", FIRST),
           "sakai": {f"Lee, Ada(ada)/Submission attachment(s)/{N}": work()}, "gradescope": {
               f"submission_101/{N}": work(), "submission_metadata.yml": b"submission_101:\n"}}


@pytest.fixture
def vienna(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Vienna")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("name", TIMES)
def test_when_something_was_handed_in(tmp_path, vienna, name):
    path, content = TIMES[name]
    files = below(path, content) if isinstance(content, dict) else {path: content}
    intake = look(builder.unpacked(tmp_path / "class", files))
    item = next(item for item in intake.items if item.state == DUE)
    assert item.when // 10**9 == dt.datetime.fromisoformat(GIVEN).timestamp()


@pytest.mark.parametrize("name", UNKNOWN)
def test_the_time_of_a_download_is_nobodys(tmp_path, name):
    due, _ = rows(look(builder.FORMS["zip"](tmp_path, UNKNOWN[name])))
    assert due and all(item.when == 0 < item.time for item in due)


def test_a_plain_file_has_its_own_time(tmp_path):
    folder = builder.unpacked(tmp_path / "class", {f"ada/{N}": work()})
    os.utime(folder / "ada" / N, (1_770_000_000,) * 2)
    assert [item.when for item in look(folder).items] == [1_770_000_000 * 10**9]
