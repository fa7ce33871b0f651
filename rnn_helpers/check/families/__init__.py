"""The families of programs in which the checks look for a learner's slips: one file a subject."""
