"""One file per request type; its name is the kind."""
