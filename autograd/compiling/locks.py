"""The lock for compiling: LLVM serves one thread at a time."""

import os
from threading import RLock

compiling = RLock()  # no user code runs while it is held, so it is soon free
if hasattr(os, "register_at_fork"):  # nobody forks meanwhile: in the child LLVM's own locks would be held forever
    os.register_at_fork(before=compiling.acquire, after_in_parent=compiling.release, after_in_child=compiling.release)
