"""Keys, passwords, codes and sessions."""
