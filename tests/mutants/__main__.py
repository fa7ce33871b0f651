"""Mutation test of the checks: generic faults in the course's own solutions, and how many of them the checks catch.

    python -m tests.mutants                  a table: a row for each exercise
    python -m tests.mutants rnn_backward     each of its mutants, its verdict, the mistake it was called

A mutant is the solution of a solved notebook with one fault in it (`faults.py`). A mutant that earns fewer points than
the solution is caught. One that is not caught has to give the solution's results on many fixtures and stands in
`equivalent.py` with the reason.
"""

import argparse
import sys
from collections import Counter

from authoring.solutions import solutions
from tests.mutants.bench import Bench


def table(results):
    """The outcomes by exercise as lines of text, a last one for all.

    results : dict, exercise -> list of Outcome
    """
    lines = [f"{'exercise':<24}{'mutants':>8}{'caught':>8}{'equivalent':>12}{'missed':>8}{'called by name':>16}"]
    total = Counter()
    for name, outcomes in [*results.items(), ("all", ())]:
        count = Counter(outcome.word for outcome in outcomes)
        count += Counter(mutants=len(outcomes), named=sum(bool(outcome.named) for outcome in outcomes))
        total += count
        count = count if outcomes else total
        lines.append(f"{name:<24}{count['mutants']:>8}{count['caught']:>8}{count['equivalent']:>12}{count['MISSED']:>8}"
                     f"{count['named']:>16}")
    relevant = total["mutants"] - total["equivalent"]
    share = total["caught"] / max(1, relevant)
    lines.append(f"caught: {total['caught']} of {relevant} mutants that change a result, {share:.1%}")
    kinds = Counter(outcome.mutant.fault for outcomes in results.values() for outcome in outcomes)
    lines.append("faults: " + ", ".join(f"{kind} {times}" for kind, times in kinds.most_common()))
    return lines


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE", help="list the mutants of these exercises")
    options = parser.parse_args(arguments)
    known = solutions()
    if unknown := set(options.exercises) - set(known):
        parser.error(f"no solution of {', '.join(sorted(unknown))}, expected one of {', '.join(known)}")
    results = {}
    for name in options.exercises or known:
        bench = Bench(known[name])
        results[name] = bench.outcomes()
        for outcome in results[name]:
            if options.exercises or outcome.word == "MISSED":
                detail = ", ".join(outcome.named) or outcome.reason
                if outcome.word == "MISSED":
                    detail = f"{'the same' if bench.same_results(outcome.mutant) else 'other'} results elsewhere"
                points = f"{outcome.points:4.3g}/{outcome.maximum:g}"
                print(f"{outcome.word:<10} {points}  {name}  {outcome.mutant}  {detail}".rstrip())
    print("\n".join(table(results)))
    return int(any(outcome.word == "MISSED" for outcomes in results.values() for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
