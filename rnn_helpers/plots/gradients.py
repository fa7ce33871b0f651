"""Figures of gradients on their way back: the credit map, norms and bounds, the spectrum of Wh, the cliff."""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import FuncNorm

from rnn_helpers.plots.style import CMAP, COLOR, INK, decades, heat, line


def credit_map(ax, credit, kept=None, low=1e-6, high=1e1):
    """A heat map of ||dL_t/dh_s||: a row for each loss, a column for each state it may reach.

    credit : (T, T) from `rnn_helpers.credit.credit_map`, or any sizes; NaN and s > t stay blank
    kept : (T, T) of bool, what a truncation keeps (`window_mask`, `last_steps_mask`); the rest is faded and the border
        drawn. None keeps all
    low, high : the ends of the logarithmic colour scale, low < 1 < high; what lies beyond takes their colours. A
        gradient that arrives as it left, of size 1, has none: smaller ones are blue, larger ones red
    Returns alt : the picture in a sentence or two
    """
    credit = np.array(credit, float)
    T = len(credit)
    reach = np.tril(np.ones((T, T), bool)) & np.isfinite(credit)
    cut = reach & ~np.asarray(kept, bool) if kept is not None else None
    scale = ScalarMappable(FuncNorm(from_one(low, high), low, high), CMAP["gradient"])
    colours = scale.to_rgba(np.clip(np.where(reach, credit, low), low, high))
    ax.add_collection(LineCollection(border(reach), colors=INK, linewidths=0.8))
    if cut is not None:
        colours[cut, 3] *= 0.25
        ax.add_collection(LineCollection(border(reach & ~cut), colors=COLOR["truncated"], linewidths=2.0))
    colours[~reach, 3] = 0.0
    heat(ax, colours, "gradient", aspect="equal")
    ax.set(xlabel="state step s", ylabel="loss step t", xlim=(-0.5, T - 0.5), ylim=(T - 0.5, -0.5))
    steps = sorted({0, T // 2, T - 1})
    ax.set(xticks=steps, yticks=steps)
    colour_bar = ax.figure.colorbar(scale, ax=ax, label="size of the gradient, 1: unchanged")
    decades(colour_bar.ax.yaxis, low, high, most=4)
    return describe_credit(credit, reach, cut)


def from_one(low, high):
    """Sizes to -1 (low), 0 (size 1) and 1 (high), logarithmic on either side of 1, and back: two functions."""
    down, up = np.log(low), np.log(high)

    def there(size):
        decades = np.log(np.maximum(size, 1e-300))
        return np.where(decades < 0, -decades / down, decades / up)

    return there, lambda place: np.exp(np.where(np.asarray(place) < 0, -place * down, place * up))


def border(mask):
    """The segments between the cells of a mask and the others, for cells of size 1 centred on whole numbers."""
    padded = np.pad(mask, 1)
    between_rows = np.argwhere(padded[1:] != padded[:-1])
    between_columns = np.argwhere(padded[:, 1:] != padded[:, :-1])
    return [[(s - 1.5, t - 0.5), (s - 0.5, t - 0.5)] for t, s in between_rows] + [
        [(s - 0.5, t - 1.5), (s - 0.5, t - 0.5)] for t, s in between_columns]


def describe_credit(credit, reach, cut):
    """What a credit map shows, in words."""
    T = len(credit)
    own, far = credit[T - 1, T - 1], credit[T - 1, 0]
    text = f"Credit map of {T} steps: the last loss reaches its own state with {own:.2g}"
    if reach[T - 1, 0] and T > 1:
        text += f" and the first state, {T - 1} steps back, with {far:.2g}"
    if cut is None:
        return text + "."
    share = cut.sum() / reach.sum()
    return f"{text}. The truncation cuts {share:.0%} of the pairs{'' if cut.any() else ': it keeps everything'}."


def norms_back(ax, curves, bounds=(), low=1e-8, high=1e4, title=None, legend="best"):
    """Norms against the number of steps back, on a logarithmic axis.

    curves : dict, label -> (norms (N + 1,), look), look a dict for `ax.plot`
    bounds : dict or pairs, label -> values (N + 1,), drawn as bounds
    low, high : the ends of the axis
    legend : its place, as matplotlib calls it; to look for the best one takes a while
    Returns alt : the picture in a sentence
    """
    text = []
    for label, values in dict(bounds).items():
        ax.semilogy(values, **line("bound"), label=label, zorder=3)  # above: a curve that meets its bound shows through
    for label, (norms, look) in curves.items():
        ax.semilogy(norms, label=label, **look)
        text.append(f"{label} goes from {norms[0]:.2g} to {norms[-1]:.2g}")
    ax.set(xlabel="steps back, n", ylabel="norm", ylim=(low, high), title=title)
    decades(ax.yaxis, low, high)
    ax.legend(loc=legend)
    steps = max(len(norms) for norms, _ in curves.values()) - 1
    return f"Over {steps} steps back {'; '.join(text)}."


def spectrum(ax, Wh):
    """Eigenvalues of Wh as points in the complex plane; circles of radius 1 and sigma_max, its largest singular value.

    Every eigenvalue lies inside the circle of sigma_max. The title holds rho, the largest eigenvalue's size, and
    sigma_max.
    """
    eigenvalues, sizes = np.linalg.eigvals(Wh), np.linalg.svd(Wh, compute_uv=False)
    rho, sigma = np.abs(eigenvalues).max(), sizes[0]
    angle, reach = np.linspace(0, 2 * np.pi, 91), 1.1 * max(1.0, sigma)
    ax.plot(np.cos(angle), np.sin(angle), color=INK, linewidth=1, label="radius 1")
    ax.plot(sigma * np.cos(angle), sigma * np.sin(angle), **line("bound"), label="\u03c3max")
    ax.plot(eigenvalues.real, eigenvalues.imag, "o", color=COLOR["gradient"], markersize=5, label="eigenvalues")
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=(-1, 0, 1), yticks=(-1, 0, 1),
           xlabel="real part", ylabel="imaginary part", aspect="equal")
    ax.set_title(f"eigenvalues (dots), \u03c1 = {rho:.2f}\ncircles: 1, and \u03c3max = {sigma:.2f}", fontsize=10)
    return f"Wh has {len(Wh)} eigenvalues, the largest of size {rho:.2f}; its largest singular value is {sigma:.2f}."


def stretch(ax, W, title, reach=1.7):
    """What a 2 x 2 matrix does to vectors of length 1: an ellipse, whose half-axes are the singular values.

    A dot marks (1, 0) and where it goes, an arrow the longer half-axis where there is one; dotted lines are the
    directions that W keeps, if they are real.

    title : what W is called; reach : half the width of the picture
    """
    angle = np.linspace(0, 2 * np.pi, 181)
    circle = np.array([np.cos(angle), np.sin(angle)])
    turned, sizes, _ = np.linalg.svd(W)
    eigenvalues, directions = np.linalg.eig(W)
    ax.plot(*circle, color=INK, linewidth=1.2, label="length 1")
    ax.plot(*(W @ circle), **line("gradient"), label="where W sends it")
    ax.plot([1, W[0, 0]], [0, W[1, 0]], color=INK, linewidth=1)
    ax.plot(1, 0, "o", color=INK)
    ax.plot(*W[:, 0], "o", color=COLOR["gradient"])
    if sizes[0] > sizes[1] + 1e-9:
        longest = turned[:, 0] * sizes[0] * np.sign(turned[np.abs(turned[:, 0]).argmax(), 0])
        ax.annotate("", longest, (0, 0), arrowprops={"arrowstyle": "-|>", "color": COLOR["full"], "linewidth": 1.6,
                                                     "shrinkA": 0, "shrinkB": 0})
    kept = np.isreal(eigenvalues).all()
    if kept:
        for direction in np.real(directions).T:
            ax.plot(*np.outer(direction, (-2 * reach, 2 * reach)), **line("baseline", linewidth=1.4))
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=(-1, 0, 1), yticks=(-1, 0, 1), aspect="equal")
    rho = np.abs(eigenvalues).max()
    ax.set_title(f"{title}\n\u03c3max = {sizes[0]:.2f}, \u03c1 = {rho:.2f}", fontsize=11)
    keeps = f"it keeps {len(np.unique(np.round(eigenvalues, 9)))} directions" if kept else "it keeps no direction"
    return (f"{title}: the unit circle becomes an ellipse with half-axes {sizes[0]:.2f} and {sizes[1]:.2f}; "
            f"{keeps}; the largest eigenvalue has size {rho:.2f}.")


def relative_errors(ax, errors, title=None):
    """Relative errors of gradients, a row for each parameter, with the zones where they are right and wrong.

    errors : dict, name -> relative error; what is below 1e-9 is rounding, different on every processor, and is drawn at
        1e-9
    """
    names, right, wrong = list(errors), 1e-6, 1e-3
    shown = [max(errors[name], 1e-9) for name in names]
    for y, value in enumerate(shown):
        fine = value < right
        ax.plot([1e-10, value], [y, y], color=INK, linewidth=1.5)
        ax.plot(value, y, marker="o" if fine else "X", markersize=9, color=COLOR["truncated" if fine else "gradient"],
                linestyle="")
    ax.axvline(right, **line("bound"))
    ax.axvline(wrong, **line("bound"))
    ax.set(xscale="log", xlim=(1e-10, 2), ylim=(len(names) - 0.4, -1.1), yticks=range(len(names)), yticklabels=names,
           xlabel="relative error (1e-9: that or less)", title=title)
    decades(ax.xaxis, 1e-10, 2)
    for x, word in ((1e-8, "right"), (3e-5, "unsure"), (4e-2, "wrong")):
        ax.text(x, -0.75, word, ha="center", va="center", color=INK, fontsize=9)
    ax.grid(False)
    bad = [f"{name} ({errors[name]:.1e})" for name in names if not errors[name] < right]
    verdict = f"too large for {', '.join(bad)}" if bad else f"all below {right:.0e}"
    return f"Relative errors of {', '.join(names)}: {verdict}."


def against_length(ax, lengths, curves, title=None):
    """Gradient norms against the number of steps T; curves : dict, label -> (norms, look)."""
    for label, (norms, look) in curves.items():
        ax.semilogy(lengths, norms, label=label, **look)
    ax.set(xlabel="steps T", ylabel="gradient norm", title=title)
    decades(ax.yaxis, *ax.get_ylim())
    ax.legend(loc="upper left")
    return ". ".join(f"{label}: {norms[0]:.2g} at T = {lengths[0]}, {norms[-1]:.2g} at T = {lengths[-1]}"
                     for label, (norms, _) in curves.items()) + "."


def bands(ax, curves, xlabel="steps", ylabel="norm", middle=80, title=None):
    """Many runs as bands: the median and what the middle `middle` per cent span.

    curves : dict, label -> (values (runs, N) for n = 1..N, symbol)
    """
    text = []
    for label, (values, symbol) in curves.items():
        low, median, high = np.percentile(values, [50 - middle / 2, 50, 50 + middle / 2], axis=0)
        n = np.arange(1, len(median) + 1)
        ax.fill_between(n, low, high, color=COLOR[symbol], alpha=0.25, linewidth=0)
        for edge in (low, high):
            ax.plot(n, edge, color=COLOR[symbol], linewidth=1)
        ax.plot(n, median, **line(symbol), label=label)
        text.append(f"{label} ends between {low[-1]:.2g} and {high[-1]:.2g}")
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.legend(loc="upper left")
    return f"The middle {middle} % of the runs: {'; '.join(text)}."


def cliff(ax, weights, losses, steps=(), xlabel="one weight of Wh", title=None):
    """The loss along one weight, and gradient steps on it as arrows; a step too short to be seen is shown enlarged.

    weights, losses : (N,)
    steps : list of (label, symbol, from (w, loss), to (w, loss)); an arrow's end outside the range is drawn at its
        border
    """
    low, high = weights[0], weights[-1]

    def draw(place, shown):
        place.plot(weights, losses, **line("loss"), label="loss")
        for label, symbol, start, end in shown:
            place.annotate("", (np.clip(end[0], low, high), end[1]), start,
                           arrowprops={"arrowstyle": "-|>", "color": COLOR[symbol], "linewidth": 2})
            place.plot(*start, "o", color=COLOR[symbol], label=label)

    draw(ax, steps)
    ax.set(xlim=(low, high), xlabel=xlabel, ylabel="loss", title=title)
    for label, symbol, start, end in steps:
        wide, tall = abs(end[0] - start[0]), abs(end[1] - start[1])
        if wide < 0.08 * (high - low) and tall < 0.3 * np.ptp(losses):
            inset = ax.inset_axes((0.46, 0.3, 0.5, 0.34))
            draw(inset, [(label, symbol, start, end)])
            x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
            inset.set(xlim=(x - 1.5 * wide, x + 1.5 * wide), ylim=(y - 3 * tall, y + 3 * tall), xticks=(), yticks=())
            inset.set_title("enlarged", fontsize=9, loc="right", pad=2)
            inset.spines[["top", "right"]].set_visible(True)
    ax.legend(loc="best")
    moves = "".join(f" {label}: from {start[1]:.1g} to {end[1]:.1g}." for label, _, start, end in steps)
    return f"The loss runs from {np.min(losses):.1g} to {np.max(losses):.1g} between {low:.2g} and {high:.2g}.{moves}"


def flow_back(ax, T=4):
    """The unrolled cell and what flows back: each loss's own gradient, dh[t], and the carry from later steps."""
    ax.set(xlim=(-1.45, T - 0.35), ylim=(-1.35, 1.6))
    ax.axis("off")
    forward = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.2, "shrinkA": 13, "shrinkB": 13}
    back = {"arrowstyle": "-|>", "color": COLOR["gradient"], "linewidth": 2.2, "shrinkA": 13, "shrinkB": 13}
    nodes = [("h", 0, "state"), ("x", -1.1, "input"), ("L", 1.3, "loss")]
    for t in range(-1, T):
        for name, y, symbol in nodes if t >= 0 else nodes[:1]:
            ax.text(t, y, f"${name}_{{{t + 1}}}$", ha="center", va="center", fontsize=11, bbox={
                "boxstyle": "circle,pad=0.28", "linewidth": 1.6, "facecolor": "none", "edgecolor": COLOR[symbol]})
        if t < 0:
            continue
        for (x0, y0), (x1, y1) in (((t - 1, -0.1), (t, -0.1)), ((t, -1.1), (t, 0)), ((t - 0.06, 0), (t - 0.06, 1.3))):
            ax.annotate("", (x1, y1), (x0, y0), arrowprops=forward)
        ax.annotate("", (t + 0.06, 0), (t + 0.06, 1.3), arrowprops=back)
        ax.annotate("", (t - 1, 0.1), (t, 0.1), arrowprops=back)
    ax.text(T - 0.88, 0.66, "dh[t]", color=COLOR["gradient"], fontsize=11, family="monospace")
    ax.text(T - 1.5, 0.22, "dh_next", color=COLOR["gradient"], fontsize=11, family="monospace", ha="center")
    return (f"The cell unrolled over {T} steps. Grey arrows run forward from inputs to states to losses; coloured "
            "arrows run back: from each loss to its state, and from each state to the one before.")
