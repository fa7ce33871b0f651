"""One bit, kept for long: the task, and what a run reports."""

import numpy as np

from rnn_helpers.gradcheck import numerical_gradient, relative_error
from rnn_helpers.one_bit import last_step_error, one_bit_model, sign_then_noise, train_one_bit


def test_the_first_input_is_the_sign_and_the_rest_is_noise():
    X, signs = sign_then_noise(6, 400, np.random.default_rng(0))
    assert X.shape == (6, 1, 400) and signs.shape == (1, 400)
    assert (X[0] == signs).all() and set(np.unique(signs)) == {-1.0, 1.0}
    assert abs(X[1:].std() - 0.3) < 0.02 and abs(X[1:].mean()) < 0.03


def test_only_the_last_step_is_asked():
    rng = np.random.default_rng(1)
    Y, signs = rng.normal(size=(5, 1, 4)), rng.choice([-1.0, 1.0], (1, 4))
    loss, dY = last_step_error(Y, signs)
    assert relative_error(dY, numerical_gradient(lambda: last_step_error(Y, signs)[0], Y)) < 1e-8 and not dY[:-1].any()
    assert last_step_error(np.zeros_like(Y), signs)[0] == 1


def test_the_scale_is_the_size_of_every_singular_value():
    assert np.allclose(np.linalg.svd(one_bit_model(0.7, 3).cell.Wh, compute_uv=False), 0.7)


def test_a_run_learns_a_short_memory_and_says_how_far_a_gradient_got():
    run = train_one_bit(5, 0.9, 0)
    assert run.right == 1 and len(run.losses) == 200 and run.losses[-1] < 0.01 < run.losses[0]
    assert run.before.shape == run.after.shape == (5,) and run.before[0] == 1 and (np.diff(run.before) < 0).all()
    again = train_one_bit(5, 0.9, 0)
    assert again.losses == run.losses and (again.after == run.after).all()
