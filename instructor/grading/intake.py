"""Who handed in what: every file and folder below what was given, and what becomes of it."""

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from instructor.grading import layouts
from instructor.grading.layouts.base import Claim
from instructor.grading.layouts.plain import SOLUTIONS, Plain
from instructor.grading.listing import Entry, Listing
from instructor.grading.names import Who, folded, is_anonymous, is_section, newest_first, own_folder, owner_in, readable
from instructor.grading.recognise import Course
from instructor.grading.roster import squashed

DUE, REFUSED, IGNORED = "to be graded", "not graded", "ignored"
MOST_STUDENT = 100_000_000  # bytes of one student's notebooks
MOST_FILES, MOST_RIVALS = 200, 20  # notebooks of one student, and of those for one notebook, that are looked at
WHOLE = 4  # notebooks in one folder: a copy of the course, of which only what was worked on is handed in


@dataclass(eq=False)
class HandedIn:
    """A file or folder, where it lies.

    entry : the file; state : DUE, REFUSED or IGNORED; why : not DUE
    student : a safe name for files; notebook : "?" when it is none of the course's; who : the student as the system
        knows them; layout : which system's
    time : when it was handed in, or the file's own, in ns; when : the same, 0 where it says nothing of handing in
    how : by what the notebook was recognised
    doubt : what to look at, in words; shared : handed in for several
    """

    entry: Entry
    state: str
    why: str = ""
    student: str = ""
    notebook: str = "?"
    who: Who | None = None
    time: int = 0
    when: int = 0
    layout: str = ""
    how: str = ""
    doubt: str = ""
    name: str = ""
    shared: bool = False

    @property
    def words(self):
        """The path as text that every table can hold."""
        return readable("/".join(self.entry.parts))


@dataclass
class Intake:
    """What was handed in. items : list of HandedIn, all files; layouts : system -> students; boxes : folders passed on
    the way; doubts : (student, words), first to look at; nothing : people of the roster who handed in nothing; people :
    student -> Person of the roster; known : "system number" -> student, of earlier runs and this one
    """

    items: list
    course: Course
    layouts: Counter = field(default_factory=Counter)
    boxes: list = field(default_factory=list)
    doubts: list = field(default_factory=list)
    nothing: list = field(default_factory=list)
    people: dict = field(default_factory=dict)
    known: dict = field(default_factory=dict)

    @property
    def students(self):
        return {item.student for item in self.items if item.who}


def hand_ins(path, releases, notebooks, roster=None, known=None, results=None):
    """Look at everything below a folder, an archive or one notebook, but for the folder of results; returns an Intake.

    Every student has an item that is DUE or REFUSED; of each student and notebook one file is DUE, the newest in which
    something was worked on.
    """
    listing = Listing(path, results)
    course = Course(releases, notebooks, listing)
    found = layouts.read(listing.entries, course, listing.name)
    for claim in [claim for claim in found.claims if claim.aside]:
        if roster and roster.find(claim.who.name)[0]:
            claim.aside = ""
        elif not claim.likely:
            found.claims.remove(claim)
            found.left += [(entry, entry.junk or claim.aside) for entry, _ in claim.files]
    boxes = set(found.boxes) - {claim.who.name for claim in found.claims}
    intake = Intake([HandedIn(entry, REFUSED, entry.why) for entry in listing.entries if entry.stray], course,
                    boxes=sorted(boxes), known=dict(known or {}))
    students = students_of(found.claims, roster, intake)
    if intake.nothing:
        left_by_somebody(found, students, roster, intake)
    intake.items += [HandedIn(entry, IGNORED, why) for entry, why in found.left]
    for student, claims in students.items():
        files = [(claim, entry, name) for claim in claims for entry, name in claim.files]
        by_time = sorted((entry for _, entry, name in files if ".ipynb" in name.lower() and not entry.junk),
                         key=lambda entry: entry.time)
        left = set(by_time[:-MOST_FILES])
        own = [look_at(entry, name, student, claim, course, entry not in left) for claim, entry, name in files]
        if not own:  # a system's own note is all there is
            own = [HandedIn(Entry((*claims[0].around, claims[0].who.name), ()), REFUSED, "nothing was handed in",
                            student, who=claims[0].who, layout=claims[0].layout.title)]
        choose(own, course)
        for item in own if claims[0].aside else ():
            if item.state == DUE:
                item.state, item.why = REFUSED, (f"the folder is called {claims[0].who.name}: a student's, or the "
                                                 "course's? Put the name on the roster, or take the folder away")
        intake.items += own
        intake.layouts[claims[0].layout.title] += 1
        intake.doubts += [(student, item.doubt) for item in own if item.doubt]
    intake.items.sort(key=lambda item: (item.student, item.notebook, item.entry.parts))
    listing.close()
    return intake


def students_of(claims, roster, intake):
    """student -> the claims that are theirs: one person is one student, two are two."""
    numbers = defaultdict(set)
    for claim in claims:  # two of one name in one folder are two people
        numbers[claim.layout.title, claim.around, claim.who.name].add(claim.who.number)
    twins = {(system, name) for (system, _, name), found in numbers.items() if len(found) > 1}
    people = defaultdict(list)
    for claim in claims:
        identity = claim.layout.identity(claim.who)
        if identity[0] == "name":
            name = unicodedata.normalize("NFC", identity[1])
            identity = ("name", name, claim.who.number if (claim.layout.title, claim.who.name) in twins else "")
            if is_section(" ".join(claim.around[-1:])) and any(
                    other.around != claim.around and overlap(other, claim, intake.course)
                    for other in people.get((claim.layout.title, identity), [])):
                identity = (*identity, claim.around[-1])  # one name in two sections, with one notebook
        people[claim.layout.title, identity].append(claim)
    keys, merged, taken, ids, renumbered = {}, defaultdict(list), {}, {}, []
    if roster:
        taken = roster.give_keys()
        numbered = {system for (system, _), theirs in people.items() for claim in theirs
                    if claim.layout.lasting and roster.holders(claim.who.number)}
    for (system, identity), theirs in people.items():
        who, person, told, layout = theirs[0].who, None, "", theirs[0].layout
        if roster:
            person, told = roster.find(who.name, who.number if layout.lasting else "", system in numbered)
            around = {*map(squashed, theirs[0].around)}
            here = [other for other in roster.namesakes(who.name) if other.groups() & around]
            if not person and "are called" in told and len(here) == 1:
                person, told = here[0], f"taken for the {who.name} of {here[0].group}, by the folder around"
            if not person and isinstance(layout, Plain) and not roster.members(who.name):
                said = [*reversed(theirs[0].around), *(owner_in(name, intake.course.notebooks) for _, name in
                                                       theirs[0].files)]
                person = next((other for other, doubt in map(roster.find, said) if not doubt), None)
                told = f"{who.name} is not on the roster, {person.name} is, whose name lies around or in it" \
                    if person else told
            if person and "number" not in told and keys.get(person, (system, ()))[0] == system and len(identity) > 2 \
                    and identity[2] and keys.get(person):
                person, told = None, f"a second {who.name} with another number: the roster has one"
            for member in [] if person else roster.members(who.name):  # a hand-in of a group is each member's
                merged[member.key] += [replace(claim, who=Who(member.name), shared=True) for claim in theirs]
                intake.people[member.key], told = member, None
                intake.doubts.append((member.key, f"handed in by {who.name}: it counts for each of them on the roster"))
            if told is None:
                continue
        if person:
            student, known = person.key, keys.setdefault(person, (system, identity))
            if known != (system, identity):
                intake.doubts.append((student, f"{who.name} {who.number}".strip() + " and " + " ".join(
                    filter(None, (merged[student][0].who.name, merged[student][0].who.number)))
                    + " are one person on the roster"))
            intake.people[student] = person
        else:
            same = len(identity) > 2 and identity[2] or identity[0] in ("number", "both")
            wanted = f"{who.name}_{who.number}" if who.number and same else who.name
            wanted += f" ({identity[3]})" if len(identity) > 3 else ""
            lasting = f"{system} {who.number}" if identity[0] == "number" else None
            student = own_folder(intake.known.get(lasting, wanted), (system, identity), taken)
            if lasting and intake.known.setdefault(lasting, student) != student or student != own_folder(
                    wanted, (system, identity), dict(taken)):
                intake.doubts.append((student, f"is called {who.name} now; the number is the same"))
            if len(identity) > 2 and identity[0] == "name" and (identity[2] or len(identity) > 3):
                intake.doubts.append((student, f"two people are called {who.name}"))
            other = ids.setdefault(folded(who.name), student)
            if other != student and system != "Moodle":
                intake.doubts.append((student, f"its name is as good as that of {other}: two students"))
        if told:
            intake.doubts.append((student, told))
        intake.doubts += [(student, claim.doubt) for claim in theirs if claim.doubt]
        if len({claim.who.number for claim in theirs}) > 1 and not layout.lasting:
            renumbered.append(student)
        elif len({claim.who.number for claim in theirs}) > 1:
            intake.doubts.append((student, "its numbers differ: " + ", ".join(sorted(
                {claim.who.number for claim in theirs})) + "; taken for one person, by the name"))
        if len({claim.who.name for claim in theirs}) > 1:
            intake.doubts.append((student, "its names differ: " + ", ".join(sorted(
                {claim.who.name for claim in theirs})) + "; taken for one person, by the number"))
        merged[student] += theirs
    if renumbered:
        intake.doubts.append((", ".join(renumbered[:3]) + " ..." * (len(renumbered) > 3),
                              f"{len(renumbered)} students have other numbers in other assignments, as Moodle does it; "
                              "each is one person, by the name"))
    if roster:
        hidden = any(is_anonymous(claim.who.name) for claim in claims)
        doubtful = set().union(*(roster.namesakes(theirs[0].who.name) for student, theirs in merged.items()
                                 if student not in intake.people))  # one of them may have handed in
        intake.nothing = [person for person in roster.people
                          if person.key not in merged and person not in doubtful and not hidden]
    return merged


def left_by_somebody(found, students, roster, intake):
    """What lies aside, and bears the name of somebody on the roster who handed in nothing else, is theirs."""
    layout = next(layout for layout in layouts.LAYOUTS if isinstance(layout, Plain))
    for entry, why in list(found.left):
        owners = () if entry.junk else (owner_in(part, intake.course.notebooks) for part in reversed(entry.parts))
        person = next((person for owner in owners if owner and (person := roster.find(owner)[0])), None)
        if person in intake.nothing or person and person.key in students and students[person.key][0].likely:
            found.left.remove((entry, why))
            students.setdefault(person.key, []).append(
                Claim(layout, Who(person.name), [(entry, entry.parts[-1])], entry.parts[:-1], likely=True))
            intake.people[person.key] = person
    intake.nothing = [person for person in intake.nothing if person.key not in students]


def overlap(one, other, course):
    """Whether two claims hold the same notebook."""
    first, second = ({course.seen(entry).notebook for entry, _ in claim.files} - {None} for claim in (one, other))
    return bool(first & second)


def look_at(entry, name, student, claim, course, opened=True):
    """What a student's file is; it is not read unless `opened`."""
    item = HandedIn(entry, DUE, "", student, "?", claim.who, claim.when or entry.time,
                    claim.when or entry.time * claim.layout.dated, claim.layout.title, name=name, shared=claim.shared)
    text = readable(name)[:100]
    if entry.junk:
        item.state, item.why = IGNORED, entry.junk
        return item
    if entry.folder:
        item.state, item.why = REFUSED, entry.why
        return item
    if not opened:
        item.state, item.why = IGNORED, f"only the {MOST_FILES} newest notebooks of a student are looked at"
        return item
    seen = course.seen(entry)
    item.notebook, item.how, item.doubt = seen.notebook or "?", seen.how, seen.doubt
    around = list(entry.parts[:-1])
    if claim.who.name.lower() in SOLUTIONS and claim.who.name in around:
        around.remove(claim.who.name)
    closed = next((part for part in around if part.lower() in SOLUTIONS), None)
    if closed:
        item.state, item.why, item.doubt = IGNORED, f"in a folder called {closed}: nobody's work", ""
    elif entry.why or seen.why:
        item.state = IGNORED if seen.page or not seen.text and not entry.why else REFUSED
        item.why = seen.why if seen.page else f"{text}: {entry.why or seen.why}"
    elif not seen.text:
        item.state, item.why, item.notebook = IGNORED, "no notebook (.ipynb)", "?"
    return item


def choose(items, course):
    """Of a student's files one counts for each notebook: with work in it before untouched, then the newest."""
    due = [item for item in items if item.state == DUE]
    folders = defaultdict(set)
    for item in due:
        folders[item.entry.parts[:-1]].add(item.notebook)
    whole = [item for item in due if len(folders[item.entry.parts[:-1]]) >= WHOLE and course.work(item.entry)[0] == 0]
    handed_out = {item.notebook for item in whole}
    whole += [item for item in due if item.notebook in handed_out and item not in whole
              and course.work(item.entry)[0] == 0]
    for item in whole:
        item.state, item.why = IGNORED, "as it was handed out: nothing in it was worked on"
    for notebook in {item.notebook for item in items} - {"?"}:
        rivals = sorted((item for item in items if item.notebook == notebook and item.state != IGNORED),
                        key=lambda item: (item.state == DUE, item.time), reverse=True)
        for item in rivals[MOST_RIVALS:]:
            item.state, item.why = IGNORED, f"only the {MOST_RIVALS} newest files for a notebook are looked at"
        rivals = rivals[:MOST_RIVALS]
        if len(rivals) > 1:
            best = max(rivals, key=lambda item: (item.state == DUE, course.work(item.entry)[0] > 0, not item.shared,
                                                 course.work(item.entry)[0] >= 0, item.time, item.entry.time,
                                                 newest_first(item.name)))
            for item in rivals:
                if item is not best:
                    worked = course.work(best.entry)[0] > 0 >= course.work(item.entry)[0]
                    own = item.shared and not best.shared
                    why = "has work in it" if worked else "is their own" if own else "is newer"
                    item.why = f"{best.words[:200]} {why} and counts" if item.state == DUE else item.why
                    item.state, item.doubt = IGNORED, ""
            others = ", ".join(item.words[-60:] for item in rivals if item is not best)
            best.doubt = f"{len(rivals)} files are {notebook}: {best.words[-60:]} counts, not {others[:200]}"
    budget = MOST_STUDENT
    for item in items:
        budget -= item.entry.size if item.state == DUE else 0
        if item.state == DUE and budget < 0:
            item.state = REFUSED
            item.why = f"{item.entry.size} bytes are too many with what else this student handed in"
    if any(item.state in (DUE, REFUSED) for item in items):
        foreign = [item for item in items if item.state == REFUSED and item.notebook == "?" and not item.entry.why]
        if any(item.state == DUE for item in items):
            for item in foreign:  # another course's notebook beside the work
                item.state = IGNORED
        return
    first = items[0]
    first.state = REFUSED
    if whole:
        first.why = "a copy of the course in which nothing was worked on"
    elif all(item.entry.junk for item in items):
        first.why = "the folder holds nothing but hidden files"
    elif any(item.notebook != "?" for item in items):
        first.why = f"notebooks of the course lie only in folders of solutions ({first.why})"
    else:
        names = ", ".join(sorted({readable(item.name)[:60] for item in items if not item.entry.junk})[:5])
        first.why = f"no notebook (.ipynb) is among what was handed in: {names}"
    first.notebook, first.doubt = "?", ""
