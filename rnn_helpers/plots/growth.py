"""How cost grows with one size, for each way to truncate, on log axes."""

from rnn_helpers.plots import style

# as in authoring.measured, and how each is drawn
WAYS = {"full": "full", "sliding window": "truncated", "chunks": "state"}


def growth(ax, sizes, costs, xlabel, ylabel, title=""):
    """Draw cost against size, a line for each way.

    Parameters
    ----------
    ax : Axes
    sizes : (N,) values of what grows
    costs : dict, way -> (N,) costs
    xlabel, ylabel, title : str

    Returns
    -------
    alt : str, the picture in words
    """
    for way, look in WAYS.items():
        ax.loglog(sizes, costs[way], **style.line(look, marker=True), label=way)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    ax.legend()
    ends = [f"{way} from {costs[way][0]:.4g} to {costs[way][-1]:.4g}" for way in WAYS]
    return f"{title}: {ylabel} for {xlabel} from {sizes[0]} to {sizes[-1]}: {', '.join(ends)}."
