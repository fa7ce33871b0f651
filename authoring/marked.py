"""The part of a text that a command writes, between two marks; the rest is edited by hand."""


def put(text, begin, end, lines, place):
    """`text` with `lines` between its marks; place : (the file, what stands there), for the error without a mark."""
    before, mark, rest = text.partition(begin)
    _, close, after = rest.partition(end)
    if not mark or not close:
        raise ValueError("{} has no place for {}: a line {} and a line {}".format(*place, begin, end))
    return f"{before}{begin}\n{lines}\n{end}{after}"
