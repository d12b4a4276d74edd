import os
import subprocess
import sys
import time

import pytest
from harness.accounting import StealClock, cpu_seconds, parsed_steal, process_tree, resident_bytes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")

STAT = """cpu  1437654 412715 343324 2423096 11084 0 93352 176493 0 0
cpu0 634919 198201 156083 1318174 4066 0 46809 92111 0 0
cpu1 802735 214514 187240 1104922 7017 0 46543 84382 0 0
intr 29778376 0 0
ctxt 79420824
"""


def test_steal_time_of_each_cpu():
    assert parsed_steal(STAT, 100) == {0: 921.11, 1: 843.82}


def test_the_share_of_steal_time_is_a_share():
    cpu = min(os.sched_getaffinity(0))
    clock = StealClock([cpu])
    while clock.elapsed() < 0.01:
        pass
    assert 0 <= clock.share() <= 1


def test_cpu_time_is_counted_in_nanoseconds():
    before, begin = cpu_seconds(os.getpid()), time.process_time()
    while time.process_time() - begin < 0.002:
        pass
    used, elapsed = cpu_seconds(os.getpid()) - before, time.process_time() - begin
    # `schedstat` of a running thread is brought up to date at each tick of the scheduler.
    assert 0 <= used <= elapsed + 0.01


def test_children_belong_to_the_tree():
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        assert {os.getpid(), child.pid} <= set(process_tree(os.getpid()))
        together = resident_bytes(os.getpid())
        assert together > resident_bytes(child.pid) > 0
