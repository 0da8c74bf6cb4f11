"""Traces, where ``VOXLOOP_OTLP_ENDPOINT`` asks for them: from a request through workflow and activity to its effect.

Off, nothing of OpenTelemetry is loaded and nothing is carried. Spans hold ids, codes and routes; the messages of errors
quote what people wrote, so they are taken out before a span leaves.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span, Tracer

_CARRIED = "traceparent"  # https://www.w3.org/TR/trace-context/
_ERROR_TYPE = "exception.type"
_tracer: "Tracer | None" = None


def start(service: str, endpoint: str | None) -> None:
    """Send the spans of this process to an OTLP/HTTP collector (``http://host:4318``); None: there are no spans."""
    if endpoint is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    start_with(service, BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))


def start_with(service: str, processor: "SpanProcessor") -> None:
    """Give the spans of this process to ``processor``, without the messages of errors."""
    global _tracer
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Event, ReadableSpan, SpanProcessor, TracerProvider
    from opentelemetry.trace import Status

    class Discreet(SpanProcessor):
        def on_end(self, span: ReadableSpan) -> None:
            events = [
                Event(event.name, {_ERROR_TYPE: (event.attributes or {}).get(_ERROR_TYPE, "")}, event.timestamp)
                for event in span.events
            ]
            told = ReadableSpan(
                name=span.name,
                context=span.context,
                parent=span.parent,
                resource=span.resource,
                attributes=span.attributes,
                events=events,
                links=span.links,
                kind=span.kind,
                status=Status(span.status.status_code),
                start_time=span.start_time,
                end_time=span.end_time,
                instrumentation_scope=span.instrumentation_scope,
            )
            processor.on_end(told)

        def shutdown(self) -> None:
            processor.shutdown()

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(Discreet())
    _tracer = provider.get_tracer("voxloop")


def tracer() -> "Tracer | None":
    """The tracer of this process; None where there are no traces."""
    return _tracer


def trace_id() -> str | None:
    """The trace that the running task belongs to, in 32 hexadecimal digits."""
    if _tracer is None:
        return None
    from opentelemetry.trace import format_trace_id, get_current_span

    context = get_current_span().get_span_context()
    return format_trace_id(context.trace_id) if context.is_valid else None


def carried() -> dict[str, str]:
    """What takes the running trace along in a row: ``{"traceparent": "00-..."}``, or nothing."""
    if _tracer is None:
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return {_CARRIED: carrier[_CARRIED]} if _CARRIED in carrier else {}


@contextlib.contextmanager
def going_on(carrier: Mapping[str, Any], name: str, **attributes: str) -> Iterator["Span | None"]:
    """A span within the trace that ``carrier`` took along; with none there it begins one."""
    if _tracer is None:
        yield None
        return
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract(carrier)
    with _tracer.start_as_current_span(name, context, attributes=attributes) as span:
        yield span
