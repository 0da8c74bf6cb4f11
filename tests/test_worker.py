"""What a worker shows of itself: the metrics of Temporal's SDK, failed workflow tasks among them."""

import socket
import sys
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from temporalio.testing import WorkflowEnvironment

from voxloop import worker
from voxloop.settings import Obstacle, read_settings
from voxloop.tests.conftest import NewDatabase
from voxloop.tests.workflows.house import open_house, until
from voxloop.workflows.attributes import KEYS
from voxloop.workflows.client import connect
from voxloop.workflows.failures import CONVERTER
from voxloop.workflows.policies import LOOPS_QUEUE


async def test_failed_workflow_tasks_are_counted(new_database: NewDatabase, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    runtime = worker.runtime(read_settings({"VOXLOOP_METRICS_PORT": str(port)}))
    binary = str(Path(sys.executable).parent / "temporal")
    async with (
        await WorkflowEnvironment.start_local(
            dev_server_existing_path=binary, search_attributes=KEYS, data_converter=CONVERTER
        ) as server,
        httpx.AsyncClient() as http,
    ):
        client = await connect(server.client.service_client.config.target_host, lazy=False, runtime=runtime)
        async with open_house(WorkflowEnvironment.from_client(client), await new_database("measured"), tmp_path):
            await client.start_workflow("NoSuchWorkflow", id="unknown", task_queue=LOOPS_QUEUE)

            async def counted() -> bool:
                shown = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
                failed = [
                    sample.value
                    for family in text_string_to_metric_families(shown)
                    for sample in family.samples
                    if sample.name == "temporal_workflow_task_execution_failed_total"
                ]
                return sum(failed) >= 1

            await until(counted, "counted")


def test_a_port_that_cannot_be_had_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Obstacle, match="port_in_use"):
            worker.runtime(read_settings({"VOXLOOP_METRICS_PORT": str(port)}))


def test_without_a_port_there_is_nothing_special() -> None:
    assert worker.runtime(read_settings({})) is None
