"""NumPy, or a stand-in that says it is missing as soon as it is used: so all can be imported without it."""

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
                if name.startswith("__"):  # it is only being inspected
                    raise AttributeError(name)
                raise ImportError("autograd.compile needs NumPy: pip install '.[jit]', in a clone of glassgrad")

        np = Missing()

__all__ = ["np"]
