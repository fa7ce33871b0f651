"""A line of advice: text that knows its parts, so that a page can set code as code and mathematics as mathematics."""


def listed(names):
    """"dWx", "dWx and db", "dWx, dWh and db"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def in_code(names):
    return listed([f"`{name}`" for name in names])


class Advice(str):
    """What a check says, a str in which the parts stand one after the other.

    Parameters
    ----------
    text : in words; code stands in `backticks`
    kind : "mistake" (a name), "happened" (an exception), "unfinished", "whose" (whose fault), "difference", "witness",
        "course" (the course's function was called) or "note"
    code : the learner's own line, or ""; seen : the shapes or types of the names in it, or ""
    math : an equation, or ""
    theirs : True when the learner's run chose some of the words, as it does those of an exception
    """

    PARTS = ("text", "kind", "code", "seen", "math", "theirs")

    def __new__(cls, text, kind="note", code="", seen="", math="", theirs=False):
        self = super().__new__(cls, " ".join(filter(None,
                                                    [text, code and f"In your {code}", seen and f"[{seen}]", math])))
        self.text, self.kind, self.code, self.seen, self.math, self.theirs = text, kind, code, seen, math, theirs
        return self

    def __getnewargs__(self):
        return tuple(getattr(self, part) for part in self.PARTS)

    def as_dict(self):
        """The parts, for JSON; `Advice(**parts)` is the advice again."""
        return {part: getattr(self, part) for part in self.PARTS}
