"""Well-known mistakes in the count of parameters."""

from rnn_helpers.check.exercise import Mistake

COUNT = "H D + H H + H + O H + O"

COUNT_PARAMETERS = (
    Mistake("recurrent-weights-forgotten", "Wh is not counted", "Wh holds H times H numbers.", COUNT,
            lambda D, H, O: H * D + H + O * H + O),
    Mistake("biases-forgotten", "The biases are not counted", "b holds H numbers, c holds O.", COUNT,
            lambda D, H, O: H * D + H * H + O * H),
    Mistake("b-forgotten", "b is not counted", "b holds H numbers.", COUNT, lambda D, H, O: H * D + H * H + O * H + O),
    Mistake("c-forgotten", "c is not counted", "c holds O numbers.", COUNT, lambda D, H, O: H * D + H * H + H + O * H),
    Mistake("two-biases", "The cell has two biases in your count",
            "PyTorch's nn.RNN keeps two; this course keeps one b.",
            COUNT, lambda D, H, O: H * D + H * H + 2 * H + O * H + O),
    Mistake("readout-forgotten", "The readout is not counted", "Wy holds O times H numbers, c holds O.",
            COUNT, lambda D, H, O: H * D + H * H + H),
    Mistake("input-weights-forgotten", "Wx is not counted", "Wx holds H times D numbers.", COUNT,
            lambda D, H, O: H * H + H + O * H + O),
    Mistake("Wy-forgotten", "Wy is not counted", "Wy holds O times H numbers.", COUNT,
            lambda D, H, O: H * D + H * H + H + O),
    Mistake("c-as-long-as-b", "c is counted with H numbers", "c is added to the O outputs: it holds O numbers.",
            COUNT, lambda D, H, O: H * D + H * H + H + O * H + H),
    Mistake("Wh-as-a-column", "Wh is counted with H numbers",
            "Every old unit reaches every new one: Wh holds H times H numbers.",
            COUNT, lambda D, H, O: H * D + H + H + O * H + O),
    Mistake("Wy-reads-the-input", "Wy is counted with O times D numbers",
            "The readout reads the state, not the input: O times H.",
            COUNT, lambda D, H, O: H * D + H * H + H + O * D + O),
)
