"""Honest solved notebooks, mangled as students mangle them, and the points that a kernel gives for each.

A mangling takes a notebook and an exercise of it: its solution cell, its check cell, its function's name. What it leaves
still runs from top to bottom in a kernel, which decides what it is worth.
"""

import ast
import contextlib
import copy
import io
import json
import os
import random
import re
import sys
import textwrap

import nbformat

from tests.grading import classes

NOTEBOOKS = ("01_rnn_cell", "02_forward_pass", "03_bptt", "04b_the_rising_loss", "05_char_level")
STUB = "    # YOUR CODE HERE\n    raise NotImplementedError()\n"


def code(source, like=None):
    """A new code cell, with the metadata of another when it was copied from there."""
    cell = nbformat.v4.new_code_cell(source)
    if like is not None:
        cell["metadata"] = copy.deepcopy(like["metadata"])
    return cell


class Place:
    """An exercise in a notebook."""

    def __init__(self, notebook, rng, used=()):
        self.notebook, self.cells, self.rng = notebook, notebook.cells, rng
        homes = {info["grade_id"]: cell for cell in self.cells if (info := cell["metadata"].get("nbgrader", {}))}
        self.check = rng.choice([cell for name, cell in homes.items() if name.startswith("check_") and name not in used])
        self.id = self.check["metadata"]["nbgrader"]["grade_id"]
        self.name = re.search(r"\((\w+)", self.check["source"].strip().splitlines()[-1])[1]
        self.cell = next(c for c in self.cells if c["cell_type"] == "code" and f"def {self.name}(" in c["source"])

    def above(self, source, cell=None, like=None):
        cell = self.cell if cell is None else cell
        self.cells.insert(next(i for i, c in enumerate(self.cells) if c is cell), code(source, like))

    def below(self, source, cell=None, like=None):
        cell = self.cell if cell is None else cell
        self.cells.insert(next(i for i, c in enumerate(self.cells) if c is cell) + 1, code(source, like))

    def last(self, source):
        self.cells.append(code(source))

    def helper(self, name="helped_by"):
        """The solution under another name, and a function that calls it."""
        return (re.sub(rf"\b{self.name}\b", name, self.cell["source"]),
                f"def {self.name}(*args, **kwargs):\n    return {name}(*args, **kwargs)\n")

    def stub(self):
        return next(line for line in self.cell["source"].splitlines() if line.startswith("def ")) + "\n" + STUB

    def wrong(self):
        return f"def {self.name}(*args, **kwargs):\n    return None\n"

    def later_names(self):
        """What the course's cells below the check bind, and nothing above uses."""
        at = next(i for i, c in enumerate(self.cells) if c is self.check)
        return sorted(names(self.cells[at + 1:], ast.Store) - names(self.cells[:at + 1], ast.Load, ast.Store) - {"_"})


def names(cells, *contexts):
    """The names that occur in the cells that are plain Python."""
    found = set()
    for cell in cells:
        with contextlib.suppress(SyntaxError):
            found |= {node.id for node in ast.walk(ast.parse(cell["source"] if cell["cell_type"] == "code" else ""))
                      if isinstance(node, ast.Name) and isinstance(node.ctx, contexts)}
    return found


def helper_in(where):
    """A helper in a cell of its own; where: how it is put into the notebook."""
    def mangle(p):
        helper, caller = p.helper()
        where(p, helper)
        p.cell["source"] = caller
    return mangle


def rewrite(change):
    """The solution cell's source, changed."""
    def mangle(p):
        p.cell["source"] = change(p, p.cell["source"])
    return mangle


def line_above(*lines):
    return rewrite(lambda p, s: p.rng.choice(lines) + "\n" + s)


def bound_as(definition):
    """The solution as a helper, and the exercise's name given to something made of it."""
    return rewrite(lambda p, s: p.helper()[0] + "\n" + definition.format(name=p.name))


def like_a_later_variable(p):
    if names := p.later_names():
        helper, caller = p.helper(p.rng.choice(names))
        p.above(helper)
        p.cell["source"] = caller


def written_to_a_file(p):
    p.above(f"%%writefile my_{p.name}.py\nimport numpy as np\n"
            "from rnn_helpers.bptt import rnn_forward\n" + p.helper()[0])
    p.cell["source"] = f"from my_{p.name} import helped_by\n" + p.helper()[1]


def retyped_below(p):
    p.below(p.cell["source"])
    p.cell["source"] = p.stub()


def right_at_last(p):
    p.below(p.cell["source"])
    p.cell["source"] = p.wrong()


def checked_again(p):
    p.below(p.cell["source"] + "\n" + p.check["source"], p.check)
    p.cell["source"] = p.wrong()


def spoiled_then_checked(p):
    """The one case with fewer points: what is checked last is wrong."""
    p.below(p.wrong() + "\n" + p.check["source"], p.check)


def within(*lines):
    """Lines at the beginning of the exercise's function."""
    def change(p, s):
        head = re.search(rf"(?ms)^def {p.name}\(.*?\).*?:\n(\s+\"\"\".*?\"\"\"\n)?", s)
        return s[:head.end()] + "".join(f"    {line}\n" for line in lines) + s[head.end():]
    return rewrite(change)


def run_from_a_file(p):
    p.above(f"%%writefile my_{p.name}.py\nimport numpy as np\nfrom rnn_helpers.bptt import rnn_forward\n" + p.helper()[0])
    p.above(p.rng.choice(("%run my_{0}.py", "%run -i ./my_{0}.py", "exec(open('my_{0}.py').read())")).format(p.name))
    p.cell["source"] = p.helper()[1]


MANGLINGS = {
    "as it is": lambda p: None,
    "helper and answer under one grade id": helper_in(lambda p, s: p.above(s, like=p.cell)),
    "helper in a cell of its own": helper_in(lambda p, s: p.above(s)),
    "helper between answer and check": helper_in(lambda p, s: p.below(s)),
    "helper in the check cell": helper_in(lambda p, s: p.check.update(source=s + "\n" + p.check["source"])),
    "helper in the imports": helper_in(lambda p, s: next(c for c in p.cells if c["id"] == "imports").update(
        source=next(c for c in p.cells if c["id"] == "imports")["source"] + "\n" + s)),
    "helper made by exec": helper_in(lambda p, s: p.above(f"exec({s!r})")),
    "helper named like a later variable": like_a_later_variable,
    "helper deleted at the end": lambda p: (helper_in(lambda p, s: p.above(s))(p), p.last("del helped_by")),
    "helper defined again at the end": lambda p: (helper_in(lambda p, s: p.above(s))(p),
                                                  p.last("def helped_by(*a): return 0")),
    "the cell copied": lambda p: p.above(p.cell["source"], like=p.cell),
    "a copy with another grade id's metadata": lambda p: p.above(p.cell["source"], like=p.check),
    "a scratch copy at the end": lambda p: p.last(p.wrong()),
    "a scratch copy under the grade id": lambda p: p.below(p.wrong(), p.check, like=p.cell),
    "the stub again at the end": lambda p: p.cells.append(code(p.stub(), like=p.cell)),
    "np rebound at the end": lambda p: p.last("np = 3"),
    "reset at the end": lambda p: p.last("%reset -f"),
    "a question mark": line_above("np.tanh?", "?np.tanh", "np.eye??"),
    "a shell's lines": line_above("files = !ls", "!ls", "%ls", "!echo {1 + 1} $HOME"),
    "magics": line_above("%matplotlib inline", "%precision 4", "t = %timeit -o -n1 -r1 1 + 1", "%time x_of_mine = 3",
                         "%timeit -n1 -r1 1 + 1", "%who", "%config InlineBackend.figure_format = 'retina'"),
    "an indented magic": line_above("if True:\n    %precision 4", "for _ in range(1):\n    !ls"),
    "%%time": line_above("%%time", "%%capture", "%%capture said", "%%prun -q"),
    "another language's cell": lambda p: p.above("%%bash\necho 'def x(:' && ls"),
    "html cell": lambda p: p.above("%%html\n<b>1 % 2</b>"),
    "a file of its own": written_to_a_file,
    "a file that is run": run_from_a_file,
    "a cell that awaits": lambda p: (p.above("import asyncio\nWAITED = await asyncio.sleep(0, 3)\nasync def wait(): return 1"),
                                     within("assert WAITED == 3")(p)),
    "a line that begins with %": rewrite(lambda p, s: "seven = (15\n    % 8)\n" + s),
    "a doctest's prompts": rewrite(lambda p, s: "\n".join((">>> " if line[:1] not in " #)" and line else "... ") + line
                                                          for line in s.split("\n"))),
    "indented throughout": rewrite(lambda p, s: textwrap.indent(s, "    ")),
    "from __future__": rewrite(lambda p, s: "from __future__ import annotations\ndef hinted(x: Nothing) -> Nowhere:\n"
                                            f"    return x\n{s}\n{p.name} = hinted({p.name})"),
    "from __future__ in the imports": lambda p: (p.above("from __future__ import annotations", p.cells[0]), p.above(
        "def hinted(x: Nothing) -> Nowhere:\n    return x"), p.below(f"{p.name} = hinted({p.name})")),
    "functools.partial": bound_as("import functools\n{name} = functools.partial(helped_by)"),
    "a lambda": bound_as("{name} = lambda *args, **kwargs: helped_by(*args, **kwargs)"),
    "the method of an object": bound_as("class Mine:\n    def call(self, *args, **kwargs): return helped_by(*args, "
                                        "**kwargs)\n{name} = Mine().call"),
    "a callable object": bound_as("class Mine:\n    def __call__(self, *args, **kwargs): return helped_by(*args, "
                                  "**kwargs)\n{name} = Mine()"),
    "two names at once": bound_as("{name}, other = helped_by, 3"),
    "a walrus": bound_as("if {name} := helped_by: pass"),
    "from a dictionary": bound_as("table = {{}}\nfor key in 'ab': table[key] = helped_by\n{name} = table['b']"),
    "from a comprehension": bound_as("{name} = [step for step in (None, helped_by)][-1]"),
    "under try": rewrite(lambda p, s: "try:\n" + textwrap.indent(s, "    ") + "\nexcept ImportError:\n    pass"),
    "under if": rewrite(lambda p, s: "if np.pi > 3:\n" + textwrap.indent(s, "    ")),
    "under with": rewrite(lambda p, s: "with np.errstate(all='ignore'):\n" + textwrap.indent(s, "    ")),
    "decorated": rewrite(lambda p, s: "def same(f):\n    return f\n\n" + s.replace(f"def {p.name}(",
                                                                                  f"@same\ndef {p.name}(")),
    "the stub's raise left": rewrite(lambda p, s: s.replace("    ### END SOLUTION", "").rstrip() + "\n" + STUB),
    "NumPy by another name": rewrite(lambda p, s: "import numpy as xp\n" + re.sub(r"\bnp\.", "xp.", s)),
    "a library that may be missing": rewrite(lambda p, s: "try:\n    import not_a_library\nexcept ImportError:\n"
                                                          "    not_a_library = None\n" + s),
    "prints and plots": rewrite(lambda p, s: s + "\nprint('here')\nimport matplotlib.pyplot as plt\n"
                                             "fig, ax = plt.subplots()\nax.plot([1, 2])\nplt.close(fig)"),
    "a global constant": rewrite(lambda p, s: "EPS: float = 1e-12\n" + s),
    "a counter": lambda p: (p.above("calls = 0\nseen = {}"), within("global calls", "calls += 1", "seen[calls] = 1")(p)),
    "a log file": within("with open('log_of_mine.txt', 'a') as file: file.write('called')"),
    "a file saved above": lambda p: (p.above("np.save('mine.npy', np.eye(3))"), within("np.load('mine.npy')")(p)),
    "names looked up": lambda p: (p.above("ONE = 1"), within("assert globals()['ONE'] == eval('ONE')")(p)),
    "display inside": within("from IPython.display import HTML, display", "display(HTML('<b>x</b>'))",
                             "import IPython", "IPython.display.clear_output()"),
    "cached, timed, jitted": rewrite(lambda p, s: "import functools, time\ntry:\n    from numba_of_mine import njit\n"
        "except ImportError:\n    def njit(f=None, **kw): return f or (lambda g: g)\n@functools.cache\ndef unit(n):\n"
        "    return np.eye(n)\ndef timed(f):\n    @functools.wraps(f)\n    def call(*a, **k):\n        t = time.time()\n"
        "        unit(3)\n        try:\n            return f(*a, **k)\n        finally:\n            print(time.time() - t)\n"
        "    return call\n\n" + s.replace(f"def {p.name}(", f"@timed\n@njit(cache=True)\ndef {p.name}(")),
    "own tests below": lambda p: p.below(f"try:\n    print({p.name}())\nexcept Exception as error:\n    print(error)"),
    "retyped below the stub": retyped_below,
    "a wrong try above": lambda p: p.above(p.wrong(), like=p.cell),
    "right in a cell below": right_at_last,
    "checked again below": checked_again,
    "wrong when checked again": spoiled_then_checked,
    "no answer": rewrite(lambda p, s: p.stub()),
    "a wrong answer": rewrite(lambda p, s: p.wrong()),
    "check cell gone": lambda p: p.cells.remove(p.check),
    "texts gone": lambda p: p.cells.__setitem__(slice(None), [c for c in p.cells if c["cell_type"] == "code"]),
    "notes of one's own": lambda p: p.cells.insert(3, nbformat.v4.new_markdown_cell("# My notes\n`x = 3`")),
}
WHOLE = {  # what an editor does to the whole notebook
    "saved": lambda notebook: notebook,
    "without metadata": classes.without_metadata,
    "through Colab": classes.through_colab,
    "without ids": lambda notebook: [c.pop("id", None) for c in notebook.cells] and notebook,
}


def mangled(seed):
    """(notebook's name, what was done, the notebook) of a seed."""
    rng = random.Random(seed)
    name = rng.choice(NOTEBOOKS)
    notebook, done, used = classes.solved(name), [], []
    names = list(MANGLINGS)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if len(used) == sum(c["cell_type"] == "code" and bool(c["metadata"].get("nbgrader", {}).get("grade"))
                            for c in classes.solved(name).cells):
            break
        place = Place(notebook, rng, used)
        used.append(place.id)
        # each mangling comes up early, however few seeds are tried
        done.append(names[seed % len(names)] if not done else rng.choice(names))
        MANGLINGS[done[-1]](place)
    done.append(rng.choice(list(WHOLE)))
    return name, ", ".join(done), WHOLE[done[-1]](notebook)


def in_a_kernel(notebook, folder):
    """Exercise -> the points that its last check gives when IPython runs the notebook's cells in a folder."""
    os.environ["MPLBACKEND"] = "agg"
    from IPython.core.interactiveshell import InteractiveShell

    from rnn_helpers import check
    from rnn_helpers.plots import style

    shell, show, before = InteractiveShell.instance(), style.show, os.getcwd()
    shell.reset(new_session=False)
    check._checked.clear()
    style.show, sys.path[:0] = lambda *args: None, [str(folder)]
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            for cell in notebook["cells"]:
                if cell["cell_type"] == "code":
                    shell.run_cell(cell["source"], store_history=False)
        return {name: float(points) for name, (_, points) in check._checked.items()}
    finally:
        os.chdir(before)
        style.show = show
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.startswith("my_")]:
            del sys.modules[name]


if __name__ == "__main__":  # python -m tests.grading.mangled FOLDER FIRST END: what a kernel gives for these seeds
    folder, first, end = sys.argv[1], *map(int, sys.argv[2:])
    print(json.dumps({seed: in_a_kernel(mangled(seed)[2], folder) for seed in range(first, end)}))
