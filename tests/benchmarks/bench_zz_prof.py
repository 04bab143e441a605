import cProfile, pstats
from tests.benchmarks.bench_import import *
def test_prof(cast, building, settings):
    settings.IMPORT_MAX_ROWS=ROWS
    Unit.objects.bulk_create(Unit(building=building, number=f"A-{n:05}") for n in range(ROWS // 2))
    table = imports.read(upload("csv"))
    pending = imports.keep(table=table, management=cast.anggrek, by=cast.sam)
    plan = plans.make(table, cast.anggrek, by=cast.sam)
    pr=cProfile.Profile(); pr.enable()
    imports.confirm(pending=pending, seen=plan.fingerprint, by=cast.sam)
    pr.disable()
    pstats.Stats(pr).sort_stats("cumtime").print_stats(55)
