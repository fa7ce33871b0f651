"""python -m instructor COMMAND: what instructors do with a class."""

import argparse
import sys
from pathlib import Path

from instructor import ROOT
from rnn_helpers.course import NOTEBOOKS


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m instructor",
                                     description="Grade a class on the course's notebooks.")
    commands = parser.add_subparsers(dest="command", required=True)
    results, released = argparse.ArgumentParser(add_help=False), argparse.ArgumentParser(add_help=False)
    results.add_argument("--out", type=Path, default=Path("grading"),
                         help="folder for results, kept between runs (default: grading)")
    released.add_argument("--releases", type=Path, default=ROOT / "notebooks",
                          help="folder with the learners' notebooks as handed out")
    grade = commands.add_parser("grade", help="grade what was handed in", parents=[results, released],
                                description="Grade submissions in a sandbox. Safe to interrupt and to run again: "
                                            "what has been graded is kept, what changes (a file, a check) is regraded.")
    grade.add_argument("submissions", type=Path,
                       help="a folder, an archive or a notebook as your system gives it: Moodle, Canvas, Blackboard, "
                            "Brightspace, Sakai, Gradescope, GitHub Classroom, nbgrader, or STUDENT/NN_name.ipynb")
    grade.add_argument("--dry", action="store_true", help="show who and what is recognised, grade and write nothing")
    grade.add_argument("--roster", type=Path, metavar="CSV",
                       help="who takes part: your system's export of participants, or id, name, group; it is kept")
    grade.add_argument("--only", action="append", metavar="STUDENT",
                       help="grade this student alone, anew even if nothing has changed; may be given several times")
    grade.add_argument("--workers", type=int, help="processes (default: one per core)")
    grade.add_argument("--scheduler", metavar="ADDRESS",
                       help="a dask.distributed scheduler, as tcp://host:8786, instead of processes")
    commands.add_parser("results", parents=[results, released],
                        help="write the tables, feedback and report again, with the points of written answers")
    commands.add_parser("formgrader", parents=[results], help="open nbgrader's formgrader on the written answers")
    one = commands.add_parser("one", parents=[released], help="grade one hand-in on Gradescope or GitHub Classroom")
    one.add_argument("submission", type=Path, help="folder with one student's notebooks")
    one.add_argument("--host", choices=("gradescope", "github"), required=True)
    one.add_argument("--to", type=Path, default=Path("results.json"), help="Gradescope's results.json")
    one.add_argument("--secret", type=Path, help="file with the secret that fixtures are drawn with (else $RNN_SECRET)")
    autograder = commands.add_parser("gradescope", help="write a zip to upload as a Gradescope autograder")
    autograder.add_argument("out", type=Path)
    made = commands.add_parser("demo-class", help="write a made-up class of twelve to try grading on")
    made.add_argument("folder", type=Path, nargs="?", default=Path("demo-class"))
    for command in (one, autograder):
        command.add_argument("--notebooks", nargs="*", choices=NOTEBOOKS, help="default: all")
    options = parser.parse_args(arguments)
    if options.command == "demo-class":
        from instructor.demo import make
        return make(options.folder)
    try:
        if options.command in ("one", "gradescope"):
            from instructor.grading import hosted
            return hosted.run(options)
        from instructor.grading import commands as do
    except ImportError as error:
        sys.exit(f"{error}: grading needs more packages, install them with `pip install .[grading]`")
    return do.run(options)


if __name__ == "__main__":
    sys.exit(main())
