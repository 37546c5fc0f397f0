"""The desk's refusals: the same tree as the optimiser's, under the desk's roof. See `optimiser.refusals` for the drawing."""

from optimiser.refusals import DocumentRefused, FactRefused, Flaw, Refusal

__all__ = ["DocumentRefused", "FactRefused", "Flaw", "Refusal"]
