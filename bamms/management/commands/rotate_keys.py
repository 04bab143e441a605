"""Encrypt values of older keys and compute blind indexes again: `manage.py rotate_keys [--dry-run] [--batch N]`.

May run while the site runs, and may be stopped and run again. See `privacy.key_rotation`, docs/operate.md.
"""

from collections import Counter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from privacy import key_rotation


class Command(BaseCommand):
    help = "Seal everything with the first key; exit with 1 while something is still under another one."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only count what each key seals")
        parser.add_argument("--batch", type=int, default=500, metavar="N", help="rows to a transaction (default 500)")

    def handle(self, *args, dry_run=False, batch=500, **options):
        if batch < 1:
            raise CommandError("--batch must be 1 or more.")
        self.noisy = options["verbosity"] > 1 or self.stderr.isatty()
        fields, indexes = key_rotation.places(), key_rotation.indexes()
        if not dry_run:
            for place in (*fields, *indexes):
                self.rotate(place, batch)
        left = self.report("FIELD_KEYS", settings.FIELD_KEYS, fields)
        left += self.report("BLIND_INDEX_KEY", settings.BLIND_INDEX_KEYS, indexes)
        for place in (*fields, *indexes):
            for sentence, times in place.faults.items():
                self.stderr.write(f"{place.label}: {sentence} ({times})")
        if left:
            raise CommandError(f"{left} values are not under the first key: no key may be taken away yet.")

    def rotate(self, place, batch):
        done = 0
        for more in place.rotate(batch):
            done += more
            if self.noisy and more:
                self.stderr.write(f"\r{place.label}: {done}", ending="")
        if self.noisy and done:
            self.stderr.write("")

    def report(self, setting, keys, places):
        """Print the counts and advice for one setting's keys; return how many values are not under the first key."""
        first, *others = keys
        total = Counter()
        self.stdout.write(f"\n{setting}: {first} writes\n")
        for place in places:
            found = place.count()
            total += found
            for key_id, number in sorted(found.items()):
                self.stdout.write(f"  {place.label:<48} {key_id:<8} {number:>8}")
        for key_id in others:
            self.stdout.write(self.advice(setting, key_id, total[key_id]))
        for key_id in sorted(set(total) - set(keys) - {key_rotation.NO_KEY}):
            self.stdout.write(f"  The key {key_id} is lost: {total[key_id]} values cannot be read. Put it back.")
        if total[key_rotation.NO_KEY]:
            self.stdout.write(f"  {total[key_rotation.NO_KEY]} values ({key_rotation.NO_KEY}) fit none of these keys.")
        return total.total() - total[first]

    def advice(self, setting, key_id, number):
        if number:
            return f"  {key_id} must stay: {number} values are still under it. Run rotate_keys."
        return (
            f"  {key_id} may go: nothing is under it. Take it out of {setting} and restart; "
            "keep a copy for as long as backups made under it."
        )
