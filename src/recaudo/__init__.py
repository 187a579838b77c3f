"""Recaudo: collecting what customers owe."""

__version__ = "0.1.0"
