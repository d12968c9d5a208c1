"""The same examples of property tests every time, and few: a mutant is run against many tests."""

import os

import hypothesis

EXAMPLES = int(os.environ.get("MUTATION_EXAMPLES", "25"))
PHASES = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
hypothesis.settings.register_profile("mutation", deadline=None, max_examples=EXAMPLES, derandomize=True, phases=PHASES)
hypothesis.settings.load_profile("mutation")
