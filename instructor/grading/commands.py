"""What the grading commands do, step by step, in words on the terminal."""

import contextlib
import json
import os
import subprocess
import sys
import time
import warnings

from sqlalchemy.exc import SAWarning
from tqdm.auto import tqdm

from instructor.grading.class_report import Tally, class_report
from instructor.grading.classroom import Busy, Classroom, write_atomically
from instructor.grading.grade_tables import HEAD, as_csv, by_hand, maximum, number, plain, row, tables
from instructor.grading.gradebook import Course
from instructor.grading.intake import hand_ins
from instructor.grading.layouts.base import Pupil
from instructor.grading.listing import NoArchive
from instructor.grading.names import is_anonymous
from instructor.grading.pages import feedback
from instructor.grading.policies import BadPolicy, Counted, Policies
from instructor.grading.roster import GROUPS, NoRoster, Roster
from instructor.grading.sandbox import NoSandbox, refuse_without_sandbox
from instructor.grading.terminal import command, recognised, text, written
from rnn_helpers.course import NOTEBOOKS


def run(options):
    """Carry out parsed options; returns the exit code: 1 when something was handed in and has no score."""
    warnings.simplefilter("ignore", SAWarning)
    os.umask(0o077)  # what is written about a class is for whoever grades it only
    if options.command == "formgrader":
        return formgrader(options.out)
    if options.command == "grade":
        if not options.submissions.exists():
            print(f"{options.submissions} does not exist: give a folder with STUDENT/NN_name.ipynb, or a system's zip",
                  file=sys.stderr)
            return 2
        if options.dry:
            return dry(options)
    elif not (options.out / "results").exists():
        print(f"{options.out} holds no results yet: grade first", file=sys.stderr)
        return 2
    try:
        if options.command == "grade":
            refuse_without_sandbox()
        with Classroom(options.out, options.releases) as classroom:
            changes, missing, policies = [], [], Policies.read(options.out / "grading.toml")
            if policies.timezone:  # of times in names and archives too
                os.environ["TZ"] = policies.timezone
                time.tzset()
            close_to_others(options.out)
            if options.command == "grade":
                roster = classroom.roster(options.roster)
                changes, missing = classroom.grade(options.submissions, options.workers, options.scheduler,
                                                   roster=roster, tell=print, only=options.only)
            missing += write_results(classroom, changes, policies)
    except (KeyboardInterrupt, Exception) as error:
        code, words = stopped_by(error, options.out)
        print(words, file=sys.stderr)
        return code
    if missing:
        print(text("missing", missing=missing, out=options.out), file=sys.stderr)
    return int(bool(missing))


def stopped_by(error, out):
    """(exit code, what to say) of what stopped a command."""
    go_on = "What has been graded is kept; run the same command to go on."
    if isinstance(error, KeyboardInterrupt):
        return 130, f"\nInterrupted. {go_on}"
    if isinstance(error, NoSandbox):
        return 3, f"Nothing was graded: {error}"
    if isinstance(error, Busy):
        return 3, error
    if isinstance(error, OSError) and error.errno is not None:  # the folder of results: a full disk, no permission
        return 4, f"{error}: {out} cannot be written. {go_on}"
    if isinstance(error, (NoArchive, NoRoster, BadPolicy, OSError)):
        return 2, error
    return 5, (f"An error in the grader: {type(error).__name__}: {str(error)[:300]}. What has been graded is kept; "
               "please report this.")


def dry(options):
    """Show what would be graded, and write nothing."""
    try:
        Policies.read(options.out / "grading.toml")  # what it cannot follow is told now
        kept, people = options.out / "roster.csv", options.out / "people.json"
        path = options.roster or (kept if kept.exists() else None)
        notebooks = [name for name in NOTEBOOKS if (options.releases / f"{name}.ipynb").is_file()]
        print(recognised(hand_ins(options.submissions, options.releases, notebooks, Roster(path) if path else None,
                                  json.loads(people.read_text()) if people.exists() else None, options.out)))
    except (NoArchive, NoRoster, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print("Nothing was graded and nothing written: this was a look.")
    return 0


def close_to_others(folder):
    """Take from everybody else what an earlier version let them read."""
    for where, _, files in os.walk(folder):
        for path, mode in [(where, 0o700), *((os.path.join(where, name), 0o600) for name in files)]:
            with contextlib.suppress(OSError):
                if os.lstat(path).st_mode & 0o077 and not os.path.islink(path):
                    os.chmod(path, mode)


def write_results(classroom, changes=(), policies=None):
    """Gradebook, tables, feedback and report from the results so far, one result at a time.

    Returns (student, notebook, why) of what could not be written.
    """
    out, tally, pupils, unread, missing, again = classroom.folder, Tally(), {}, 0, [], 0
    grades, policies, roster, undated, absent = [HEAD], policies or Policies(), classroom.roster(), 0, []
    policies.ids = roster.give_keys() if roster else {}
    with Course(out / "nbgrader", classroom.releases, policies.anonymous, classroom.seed) as course:
        for result, version in tqdm(classroom.results(), desc="writing", unit="notebook", total=classroom.count()):
            student, notebook = result["student"], result["notebook"]
            try:
                course.rename(student, result["name"])
                course.record(result, version)
                read = course.manual(student, notebook) if result["status"] == "graded" else {}
                if classroom.outdated(result):
                    result["notes"].append("a check has changed since: grade this hand-in again")
                result = by_hand(result, read)
                counted = policies.counted(result, read)
                page, line_of_table = feedback(result, read, counted), row(result, read, counted)
                write_atomically(out / "feedback" / student / f"{notebook}.html", page)
                tally.add(result, counted)
            except Exception as error:  # one student's trouble is one student's row
                why = f"its results cannot be written: {type(error).__name__}: {str(error)[:200]}"
                missing.append((student, notebook, why))
                line_of_table, counted, read = row({**result, "status": "not graded", "why": why}, {}), None, {}
            undated += bool(counted and not counted.dated)
            unread += sum(score is None for score, *_ in read.values())
            again += sum(look for *_, look in read.values())
            grades.append(line_of_table)
            pupil = pupils.setdefault(student, Pupil(result["name"], result.get("layout", "")))
            pupil.counted[notebook], pupil.numbers[notebook] = counted, result["number"]
        grades += with_groups(pupils, policies)
        without = give_roster(roster, pupils) if roster else {}
        for person, others in without.items():
            why = f"{', '.join(others)} handed in under the same name, and nothing says whether it is theirs"
            grades.append(row({"student": person.key, "notebook": "", "exercises": {},
                               "status": "whose is it?" if others else "nothing handed in",
                               "why": f"on the roster; {why if others else 'nothing was handed in'}",
                               "notes": [f"group {person.group}"] * bool(person.group)}, {}))
            pupils[person.key] = Pupil(person.name, roster=person.columns)
        absent = [person for person, others in without.items() if not others]
    for pupil in pupils.values():
        pupil.points = {notebook: scaled(counted, notebook) for notebook, counted in pupil.counted.items()}
    in_all = list(totals(pupils, classroom.notebooks, policies))
    for name, rows in [("grades.csv", grades), *tables(list(pupils.values()), classroom.notebooks),
                       ("totals.csv", in_all)]:
        write_atomically(out / name, as_csv(rows))
    write_atomically(out / "report.html", class_report(tally, classroom, in_all, changes))
    print(written(out, changes, unknown=sorted(policies.students() - pupils.keys()), again=again, undated=undated,
                  unread=unread, absent=absent, graded=sum(map(len, tally.points.values())),
                  refused=len(tally.refused)))
    return missing


def give_roster(roster, pupils):
    """Give pupils what the roster says of them; returns person -> students of that name whom the roster does not know,
    for everybody who has no result.
    """
    for person in roster.people:
        if person.key in pupils:
            pupils[person.key].roster = person.columns
    hidden = any(is_anonymous(pupil.name) for pupil in pupils.values())
    known = {person.key for person in roster.people}
    strangers = {student: roster.namesakes(pupil.name) for student, pupil in pupils.items() if student not in known}
    return {person: sorted(student for student, people in strangers.items() if person in people)
            for person in roster.people if person.key not in pupils and not hidden}


def with_groups(pupils, policies):
    """Give the members of a group what one of them handed in for all; yields their rows of grades.csv."""
    for name, members in policies.groups.items():
        for notebook in NOTEBOOKS:
            found = {member: pupils[member].counted[notebook] for member in members
                     if member in pupils and notebook in pupils[member].counted}
            best = max((member for member in found if found[member] and found[member].points is not None),
                       key=lambda member: found[member].points, default=None)
            for member in members if best else ():
                if member not in found:
                    counted = Counted(found[best].points, found[best].maximum, (f"handed in by {best} for {name}",))
                    pupil = pupils.setdefault(member, Pupil(member, pupils[best].layout))
                    pupil.counted[notebook] = counted
                    pupil.numbers.setdefault(notebook, next(iter(pupil.numbers.values()), ""))
                    yield row({"student": member, "notebook": notebook, "status": "in a group", "why": "",
                               "exercises": {}, "notes": []}, {}, counted)


def scaled(counted, notebook):
    """What counts, in points of the notebook's own maximum, which the LMS knows."""
    if counted is None or counted.points is None:
        return None
    return counted.points * maximum(notebook) / counted.maximum if counted.maximum else 0.0


def totals(pupils, notebooks, policies):
    """Rows of totals.csv: what counts of each notebook, and all of it in percent."""
    used = [notebook for notebook in notebooks if any(notebook in pupil.counted for pupil in pupils.values())]
    most = {notebook: policies.maximum(notebook) for notebook in used}
    yield ["student", "name", "group", *used, "percent"]
    for student, pupil in sorted(pupils.items()):
        found = {notebook: pupil.counted.get(notebook) or Counted(None, most[notebook]) for notebook in used}
        yield [plain(student), plain(pupil.name), plain(policies.of_group(student) or pupil.column(*GROUPS)),
               *(number(counted.points) for counted in found.values()), f"{policies.total(found):.1f}"]


def formgrader(out):
    """nbgrader's formgrader on the course folder, open at the answers to read."""
    folder = out / "nbgrader"
    if not (folder / "gradebook.db").exists():
        print(f"{folder} has no gradebook yet: grade first", file=sys.stderr)
        return 2
    print("The formgrader opens in your browser, or at the address below. Choose a notebook, give points and "
          "comments, stop with Ctrl-C.")
    with contextlib.suppress(KeyboardInterrupt):
        return subprocess.call([sys.executable, "-m", "jupyterlab", "--ServerApp.root_dir=.",
                                "--LabApp.default_url=/formgrader/gradebook", "--log-level=WARN"], cwd=folder)
    print(f"Afterwards: {command('results', out)}")
    return 0
