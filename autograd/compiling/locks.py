"""The lock of compiling: LLVM serves one thread at a time."""

import os
from threading import RLock

compiling = RLock()  # none of the user's code runs while it is held, so that this ends soon
if hasattr(os, "register_at_fork"):  # nobody forks meanwhile: in the child LLVM's own locks would be held for ever
    os.register_at_fork(before=compiling.acquire, after_in_parent=compiling.release, after_in_child=compiling.release)
