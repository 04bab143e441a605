"""Results of the attempts: a table, the faults, and a summary."""

from collections import Counter
from dataclasses import dataclass

CLEAN, LEAK, BROKE, UNTESTED = "clean", "LEAK", "BROKE", "UNTESTED"
HEADINGS = ("surface", "what", "tries", "result")


@dataclass(frozen=True)
class Result:
    surface: str
    what: str
    who: str
    trial: str  # method and address
    verdict: str
    detail: str = ""

    def __str__(self):
        return (
            f"{self.verdict}: {self.surface}, {self.what}: {self.trial} as {self.who}: {self.detail or 'nothing seen'}"
        )


class Report:
    def __init__(self):
        self.results = []

    def add(self, result):
        self.results.append(result)

    def untested(self, surface, what, why):
        result = Result(surface, what, "everybody", "-", UNTESTED, why)
        if result not in self.results:
            self.add(result)

    def of(self, *verdicts):
        return [result for result in self.results if result.verdict in verdicts]

    @property
    def faults(self):
        return self.of(LEAK, BROKE, UNTESTED)

    def table(self):
        """Yield the lines: one for each surface and thing, then each fault in full."""
        tries, worst = Counter(), {}
        for result in self.results:
            place = (result.surface, result.what)
            tries[place] += result.verdict != UNTESTED
            worst.setdefault(place, set()).add(result.verdict)
        rows = [HEADINGS]
        for place in sorted(tries):
            found = [verdict for verdict in (LEAK, BROKE, UNTESTED, CLEAN) if verdict in worst[place]]
            rows.append((*place, str(tries[place]), found[0]))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        yield from ("", *map(str, self.faults)) if self.faults else ()

    def summary(self):
        counted = Counter(result.verdict for result in self.results)
        tried = len(self.results) - counted[UNTESTED]
        return f"{tried} tries: {counted[LEAK]} leaks, {counted[BROKE]} broken pages, {counted[UNTESTED]} untested."
