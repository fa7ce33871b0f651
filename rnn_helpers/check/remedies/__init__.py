"""What to do about an exception, said only where the learner's line and the values in it prove it.

A remedy is a function of the `Scene` that gives a sentence or "". It looks at trees and values, never at words.
"""

import contextlib

from rnn_helpers.check.remedies import kinds, names, places, shapes

REMEDIES = (  # exception -> what may explain it, the most telling first
    (NameError, (names.missing_name,)),
    (AttributeError, (names.missing_attribute,)),
    (TypeError, (kinds.function_itself, kinds.only_gone_through, kinds.joined_numbers, kinds.formatted_otherwise,
                 kinds.size_of_the_draw, kinds.shape_not_a_tuple, kinds.method_not_called, kinds.too_many_appended,
                 kinds.keyword_off, kinds.called_otherwise, kinds.not_a_function, kinds.bitwise_power,
                 kinds.other_brackets,
                 places.arrays_added, kinds.walk_over_a_number, kinds.float_for_a_count, kinds.keys_for_values,
                 kinds.one_number_only, kinds.no_arithmetic, kinds.other_index, shapes.unpacked, kinds.tuple_given,
                 shapes.truth_of_an_array, kinds.none_in_the_line)),
    (RuntimeError, (places.calls_itself, places.changed_in_its_loop)),
    (ValueError, (kinds.no_places_kept, kinds.function_itself, kinds.other_axis, shapes.lost_axis, shapes.transposed,
                  shapes.too_small, shapes.step_by_step, shapes.other_count, shapes.joined_otherwise,
                  kinds.no_arithmetic, shapes.unpacked, shapes.truth_of_an_array, places.arrays_added,
                  shapes.parts_of_other_shapes, shapes.flat_probabilities, shapes.loss_not_given,
                  shapes.whole_numbers, kinds.tuple_given, kinds.none_in_the_line)),
    (IndexError, (kinds.other_axis, places.time_is_first, places.beyond_the_end, kinds.other_index)),
    (KeyError, (kinds.split_names, places.keys_there)),
    (MemoryError, (places.grows,)),
)


def remedy(scene):
    """What to do, in a sentence, or "" where nothing is proved."""
    if scene.statement is None:
        return ""
    again = [frame.f_code for frame in scene.steps].count(scene.around[0].f_code) > 1
    rules = next((rules for kind, rules in REMEDIES if isinstance(scene.error, kind)), ())
    anywhere = (places.hidden_by_a_loop, places.time_is_first, places.taken_in_another_order,
                places.refused_by_the_course)
    for rule in (*(places.calls_itself,) * again, places.given_otherwise, *rules, *anywhere):
        with contextlib.suppress(Exception):  # of objects that cannot be looked at nothing is said
            if found := rule(scene):
                return found
    return ""
