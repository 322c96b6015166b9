"""How values come in and go out: fields are checked as they are read, files written whole or not at all, messages kept short."""
