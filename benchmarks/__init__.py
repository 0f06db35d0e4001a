"""How fast each promised row is, beside its peer and in the same run; nothing here is a test."""
