"""The statement of account as the customer sees it: one sheet of words and figures, four forms.

``sheet`` writes everything in the customer's language; ``pdf``, ``page`` (HTML), ``xlsx`` and
``plain`` (JSON) only lay it out.
"""
