"""The systems that hand in work, one class each; every file of this folder is asked for its own."""

import importlib
import pkgutil

from instructor.grading.layouts.base import Found, Layout, Node, tree

for _, _name, _ in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_name}")

LAYOUTS = sorted((layout() for layout in Layout.__subclasses__()), key=lambda layout: (layout.order, layout.title))


def read(entries, course, name=""):
    """Whose the entries are, as far as the systems' names and folders say it.

    name : what the folder or archive itself is called
    """
    found, root = Found(), tree(entry for entry in entries if not entry.stray)
    root.name = name
    if any(layout.student(name, Node(folders={name: root})) for layout in LAYOUTS):  # one student's folder
        root = Node(folders={name: root}, depth=-1)

    def again(node, boxed=False):
        top = node.depth
        node = inner(node, found, course)
        node.chain, node.boxed = node.around()[top - node.depth:] if node.depth > top else (), boxed
        for layout in LAYOUTS:
            layout.read(node, found, course, again)
        found.left += [(entry, entry.junk or "it belongs to no student: it lies beside their folders")
                       for entry in node.everything()]

    again(root)
    return found


def inner(node, found, course):
    """The folder inside folders that hold no other, whatever unpacking has put around the class."""
    while (folder := node.only(course)) and not any(s.knows(node) or s.student(folder.name, node) for s in LAYOUTS):
        found.left += [(entry, entry.junk or entry.why) for entry in node.other]
        found.left += [(entry, "it belongs to no student: it lies beside the class") for entry in node.files]
        node = folder
        found.boxes.append(node.name)
    return node
