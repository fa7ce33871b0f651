"""Right values in another order than asked: a mistake for each order that is met, named by it."""

from rnn_helpers.check.exercise import Mistake


def in_order(right, asked, *orders):
    """A mistake for each of `orders`.

    right : an implementation that returns the values in the order asked, after them whatever else an order names
    asked : their names, "dWx, dWh, db, dh_prev"; a name that only an order holds is the next value of `right`
    orders : the same names in another order
    """
    names = asked.split(", ")

    def wrong(order):
        places = [(names + [name for name in order if name not in names]).index(name) for name in order]

        def function(*args, **kwargs):
            values = right(*args, **kwargs)
            return tuple(values[place] for place in places)

        return function

    return tuple(Mistake(f"order-{order.replace(', ', '-')}", f"The values come in the wrong order: {order}",
                         f"Each value is right, but in the wrong place. Return ({asked}).", f"-> ({asked})",
                         wrong(order.split(", ")))
                 for order in orders)
