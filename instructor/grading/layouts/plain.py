"""Folders and files that no system has named: by student, week, section or assignment, Drive copies, one file."""

import functools
import re
from collections import Counter, defaultdict

from instructor.grading.layouts.base import Claim, Layout
from instructor.grading.layouts.clones import Clones, is_clone
from instructor.grading.names import TEAM, Who, form_of, is_box, is_generic, is_paper, like_people, named, owner_in

LISTS = (".csv", ".txt", ".md", ".xls", ".xlsx", ".yml", ".yaml", ".json", ".db", ".toml", ".log", ".sh", ".html",
         ".png", ".jpg", ".jpeg", ".gif", ".svg", ".npy", ".npz", ".pkl")
DATED = re.compile(r"^20\d\d-(0\d|1[0-2])-[0-3]\d[ _]+(?=[^\W\d])")  # 2026-03-01 Ada Lovelace, as mail is saved
SOLUTIONS = {"solutions", "autograded", "rnn_helpers"}  # wherever such a folder lies, it is nobody's work
UNLIKELY = {"source", "release", "feedback", "template", "starter", "handout"}  # beside students, unless worked on
COURSES = SOLUTIONS | UNLIKELY | {"solution"}


class Plain(Layout):
    """Reads last, and leaves nobody out: each folder is a student, or a box of students when its name or what lies in
    it says so; each file is its folder's, or the student's whose name it bears.
    """

    title, order, dated = "folders and files", 90, True

    def read(self, node, found, course, again):
        courses = {name: node.take(name) for name in list(node.folders) if name.lower() in COURSES}
        begin = len(found.claims)
        boxes = self.boxes(node, course)
        folders, around = dict(node.folders), node.around()
        for name in folders:
            inner = node.folders[name]
            box = boxes and is_box(name, course.notebooks)
            if boxes and (name in boxes or not direct(inner, course) and not is_clone(inner)
                          and (held(inner, course) or box and inner.folders)):
                found.boxes.append(name)
                del node.folders[name]
                again(inner, boxed=True)
                continue
            if box and not inner.files or is_paper(name) and not held(inner, course):
                found.left += [(entry, entry.junk or "it holds no notebook, and its name is nobody's")
                               for entry, _ in node.take(name)]
                continue
            doubt = "it lies beside folders of weeks or sections" if boxes else ""
            who = owner_in(name, course.notebooks) or name if inner.archive else DATED.sub("", name)
            found.claims.append(Claim(self, Who(who), node.take(name), around, doubt=doubt))
        mates = len(found.claims) - begin
        for name, files in courses.items():  # the course's, or a student's who is called so
            likely = mates > 1 and name.lower() in UNLIKELY and any(
                course.seen(entry).notebook and course.work(entry)[0] > 0
                and b"### BEGIN SOLUTION" not in course.listing.read(entry) for entry, _ in files)
            found.claims.append(Claim(self, Who(name), files, around, likely=likely,
                                      aside=f"in a folder called {name}: nobody's work"))
        self.files(node, found, course, folders.values())

    def boxes(self, node, course):
        """Names of the folders that hold students, when most of them do."""
        known = [name for name, inner in node.folders.items() if held(inner, course)]
        said = {name: self.is_box(node.folders[name], course) for name in known}
        sure = [name for name in known if said[name] > 1]  # a name or a system says so: half of them are enough
        found = {name for name in known if said[name]}
        return found if 2 * len(sure) >= len(known) or 2 * len(found) > len(known) else set()

    def is_box(self, node, course):
        """Whether a folder holds students: 2 when names say so, 1 when it looks like it, 0 when it does not."""
        inner = {name: folder for name, folder in node.folders.items()
                 if name.lower() not in COURSES and held(folder, course)}
        if is_clone(node):
            return 0
        if systems_know(node, course):
            return 2
        speaks_of_nobody = (is_generic if node.archive else is_box)(node.name, course.notebooks)
        files = direct(node, course)
        if files:
            if TEAM.match(node.name) and len(files) == len({course.seen(entry).notebook for entry in files}):
                return 0  # the files are the team's, whatever they are called
            owners = {owner_in(entry.parts[-1], course.notebooks) for entry in files}
            return 2 * (speaks_of_nobody and "" not in owners and (not inner or len(owners) > 1))
        people = [name for name in inner if not is_box(name, course.notebooks)
                  and not all(map(str.isdigit, form_of(name, "")))]
        if speaks_of_nobody and any(name in people and not is_generic(name, course.notebooks)
                                    or self.is_box(folder, course) for name, folder in inner.items()):
            return 2
        people = inner if speaks_of_nobody and not TEAM.match(node.name) else people
        shared = Counter(notebook for name in people for notebook in
                         {course.seen(entry).notebook for entry in notebooks_in(inner[name], course)})
        return like_people(people) if len(people) > 1 and max(shared.values(), default=0) > 1 else 0

    def files(self, node, found, course, beside):
        """Files that lie straight in a folder of the class: by the names in their names."""
        around, folders = node.around(), any(not inner.archive for inner in beside)
        by_owner, nameless = defaultdict(list), []
        owners = {entry: owner_in(entry.parts[-1], course.notebooks) for entry in node.files}
        said = {(form, owner) for entry, owner in owners.items() if (form := form_of(entry.parts[-1], owner)) and
                not is_paper(owner) and (course.seen(entry).notebook or is_box(" ".join(form), course.notebooks))}
        forms = Counter(form for form, _ in said)
        worked = [entry.parts[-1] for entry in owners if course.seen(entry).notebook]
        dashed = any(" - " in name for name in worked) or not worked and not beside
        for entry, owner in owners.items():
            notebook = course.seen(entry)
            if not notebook.text and not entry.why:
                before, dash, _ = entry.parts[-1].partition(" - ")  # Mia - notes.txt beside Ada - 01_rnn_cell.ipynb
                alike = forms[form_of(entry.parts[-1], owner)] > 1 or dashed and dash  # mia_hw1.txt, ada_hw1.ipynb
                owner = dashed and dash and owner_in(before, course.notebooks) or owner
                if is_paper(owner) or not alike and (folders or entry.parts[-1].lower().endswith(LISTS)):
                    continue
            unsaid = notebook.notebook and not TEAM.match(owner) and not named(entry.parts[-1], [notebook.notebook])[1]
            if unsaid and owner[-1:] == notebook.notebook[:2].lstrip("0") and owner[-2:-1].isalpha():
                owner = owner[:-1]  # smith2.ipynb, which holds notebook 2
            if owner and not notebook.page:
                by_owner[owner].append(entry)
            elif notebook.text or not beside:
                nameless.append(entry)
        chain = [name for name in node.chain if not is_generic(name, course.notebooks)]
        if not by_owner and not any(course.seen(entry).text for entry in nameless):
            somebody = not beside and chain and not is_paper(chain[-1])
            nameless = list(node.files) if somebody else [entry for entry in nameless if entry.why]
        shared = Counter(notebook for entries in by_owner.values() for notebook in
                         {course.seen(entry).notebook for entry in entries} - {None})
        if not beside and chain and (len(by_owner) < 2 or node.boxed and max(shared.values(), default=0) < 2):
            nameless += [entry for entries in by_owner.values() for entry in entries]  # the folder is the student
            by_owner.clear()
        for owner, entries in by_owner.items():
            node.take_files(entries)
            found.claims.append(Claim(self, Who(owner), pairs(entries), around))
        people = chain or [name for name in around if not is_generic(name, course.notebooks)]
        works = [] if people else [course.seen(entry).notebook for entry in nameless
                                   if course.seen(entry).notebook and course.work(entry)[0] > 0]
        crowd = len(works) > len(set(works))  # in a folder that is nobody's
        if beside or by_owner or crowd:
            for entry in nameless:
                seen = course.seen(entry)
                if seen.page or seen.notebook and course.work(entry)[0] == 0:
                    continue  # as it was handed out
                node.take_files([entry])
                who = Who(entry.parts[-1].rpartition(".")[0] or entry.parts[-1])
                where = "several works of one notebook lie here" if crowd else "it lies beside the students'"
                found.claims.append(Claim(self, who, pairs([entry]), around,
                                          doubt=f"no name says whose it is: {where}"))
        elif nameless:
            files, node.files = node.files, []
            found.claims.append(Claim(self, Who((people or around or ("unnamed",))[-1]), pairs(files), around,
                                      doubt="" if chain and node.boxed else "no name says whose these files are: "
                                      "taken for one student's, by the folder's name"))


def pairs(entries):
    return [(entry, entry.parts[-1]) for entry in entries]


def notebooks_in(node, course):
    """The course's notebooks below a folder, none of its solutions'."""
    if not hasattr(node, "found"):
        node.found = [entry for entry in node.everything() if course.seen(entry).text and not course.seen(entry).page
                      and not any(part.lower() in COURSES for part in entry.parts[node.depth:-1])]
    return node.found


def held(node, course):
    return bool(notebooks_in(node, course))


def direct(node, course):
    """Notebooks that lie straight in a folder."""
    return [entry for entry in node.files if course.seen(entry).text and not course.seen(entry).page]


def systems_know(node, course):
    """Whether a system's names are in a folder, or in the one that it holds."""
    while (folder := node.only(course)) and not any(s.knows(node) or s.student(folder.name, node) for s in systems()):
        node = folder
    return any(system.knows(node) for system in systems())


@functools.cache
def systems():
    return [cls() for cls in Layout.__subclasses__() if cls not in (Plain, Clones)]
