"""Reading files: from bytes to typed rows. See ``contract`` for what comes out."""
