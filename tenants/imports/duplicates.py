"""Two rows of one file about one person contradict each other sooner or later; this finds the first of them.

Two identity numbers are two people, whatever their names; so are two entries of the register.
"""

# Which earlier rows of the same name and unit may be about the same person: for a row that (has a number, is new)
MAY_BE_THE_SAME = {
    (False, True): "any",
    (False, False): "new",
    (True, True): "without number",
    (True, False): "new, without number",
}


class Duplicates:
    def __init__(self):
        self.first_rows = {}  # what a row is known by → the number of the first such row

    def first_like(self, *, number, entry, index, name):
        """The number of the first row about the same person as this row `number`, or None; this row is noted.

        `entry` is the entry it was matched with, `index` that of its identity number, `name` its name and unit.
        """
        own = [(kind, key) for kind, key in (("entry", entry), ("number", index)) if key]
        look_up = [*own, (MAY_BE_THE_SAME[bool(index), entry is None], name)]
        first = min((self.first_rows[key] for key in look_up if key in self.first_rows), default=None)
        kinds = {"any": True, "new": entry is None, "without number": not index}
        kinds["new, without number"] = kinds["new"] and kinds["without number"]
        for key in [*own, *((kind, name) for kind, fits in kinds.items() if fits)]:
            self.first_rows.setdefault(key, number)
        return first
