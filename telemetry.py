"""What this process counts and measures, for Prometheus. Nothing here is about a person: labels are codes and routes.

A process has one registry. What the database knows (``store/gauges``) is shown by every server alike: take the largest
of them, not the sum.
"""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

INTAKE_SECONDS = Histogram(
    "voxloop_intake_seconds", "Accepting one submission, until it is durable.", buckets=_SECONDS, registry=REGISTRY
)
ACT_SECONDS = Histogram(
    "voxloop_act_seconds", "One act on an item, until its loop has written it.", buckets=_SECONDS, registry=REGISTRY
)
REQUESTS = Counter("voxloop_http_requests", "Requests answered.", ["route", "method", "status"], registry=REGISTRY)
REQUEST_SECONDS = Histogram(
    "voxloop_http_request_seconds",
    "A request, until its answer begins.",
    ["route"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
HUB_CLIENTS = Gauge("voxloop_hub_clients", "Subscriptions that are open at this server.", registry=REGISTRY)

Counted = Mapping[tuple[str, str | None], float]  # by name and label
_KNOWN = {
    "outbox_commands": ("Commands that wait for Temporal.", None),
    "outbox_oldest_seconds": ("How long the oldest command has waited for Temporal.", None),
    "overdue_items": ("Open items with a clock beyond its target.", None),
    "open_items": ("Items whose loop is open.", "stage"),
    "receipts": ("Receipts that wait, and those settled in the last hour.", "result"),
}
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Standing(Collector):
    """What the database knew last; None: it is away, and its numbers are left out."""

    counted: Counted | None = None

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("voxloop_database_up", "Whether the database answers.", self.counted is not None)
        for name, (words, label) in _KNOWN.items():
            family = GaugeMetricFamily(f"voxloop_{name}", words, labels=[label] if label else [])
            for (counted, value), number in (self.counted or {}).items():
                if counted == name:
                    family.add_metric([value] if value else [], number)
            yield family


_standing = _Standing()
REGISTRY.register(_standing)


def show(counted: Counted | None) -> bytes:
    """All metrics in Prometheus' text format; ``counted`` is None while the database is away."""
    _standing.counted = counted
    return generate_latest(REGISTRY)
