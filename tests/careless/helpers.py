"""A module with a name that says nothing."""
