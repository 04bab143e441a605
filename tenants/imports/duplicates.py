"""Finds rows of one file about the same person: two such rows may contradict each other.

Different identity numbers, or different register entries, are different people, whatever their names.
"""

# (row has a number, row is new) → which earlier rows of the same name and unit may be about the same person
MAY_BE_THE_SAME = {
    (False, True): "any",
    (False, False): "new",
    (True, True): "without number",
    (True, False): "new, without number",
}


class Duplicates:
    def __init__(self):
        self.first_rows = {}  # key of a row → number of the first row with it

    def first_like(self, *, number, entry, index, name):
        """Return the number of the first row about the same person as row `number`, or None; remember this row.

        `entry` is the matched register entry, `index` the blind index of the number, `name` the name and unit.
        """
        own = [(kind, key) for kind, key in (("entry", entry), ("number", index)) if key]
        look_up = [*own, (MAY_BE_THE_SAME[bool(index), entry is None], name)]
        first = min((self.first_rows[key] for key in look_up if key in self.first_rows), default=None)
        kinds = {"any": True, "new": entry is None, "without number": not index}
        kinds["new, without number"] = kinds["new"] and kinds["without number"]
        for key in [*own, *((kind, name) for kind, fits in kinds.items() if fits)]:
            self.first_rows.setdefault(key, number)
        return first
