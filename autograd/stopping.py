"""A number that takes part in a calculation, but not in its derivative."""

from autograd.declaration import operation

stop_gradient = operation(
    "stop_gradient",
    lambda x: x,
    lambda z, x: (0.0,),
    "x itself, as if it were a constant: no gradient goes on to what it was made from (JAX's name; PyTorch's detach)",
    text="sg",
    latex=r"\operatorname{sg}",
)
