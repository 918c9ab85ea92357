"""NumPy; where it is not installed, what says so as soon as it is used. So all can be imported and looked at."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
else:
    try:
        import numpy as np
    except ImportError:

        class Missing:
            """Stands for NumPy."""

            def __getattr__(self, name: str) -> Any:
                if name.startswith("__"):  # someone looks at it
                    raise AttributeError(name)
                raise ImportError("autograd.compile needs NumPy: pip install '.[jit]', in a clone of glassgrad")

        np = Missing()

__all__ = ["np"]
