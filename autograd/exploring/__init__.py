"""A page on which a graph can be stepped through, questioned and changed, made by `explore`."""

from autograd.exploring.page import Explorer, explore

__all__ = ["Explorer", "explore"]
