"""How Hypothesis runs: without a deadline, for machines differ; on CI always the same examples, elsewhere new ones."""

import os

from hypothesis import settings

settings.register_profile("everywhere", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "everywhere")
