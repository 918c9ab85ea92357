"""A page on which a graph can be stepped through, questioned and changed, made by `explore`."""

from autograd.exploring.page import Explorer, explore
from autograd.exploring.update_rules import UpdateRule

__all__ = ["Explorer", "UpdateRule", "explore"]
