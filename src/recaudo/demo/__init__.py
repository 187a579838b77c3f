"""A demonstration that convinces (F36): four creditors, twelve months of history, ten told stories.

Everything is made up, comes from a fixed seed, and is dated relative to the day it is built.
"""
