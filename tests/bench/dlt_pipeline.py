"""dlt's side of the sync benchmarks, in its own environment: its REST source, with its defaults or tuned.

`.venv-bench/bin/python tests/bench/dlt_pipeline.py defaults|tuned SERVER DATABASE` prints how long the first load of
each stream and a later one took, the median of three. What dlt stores is what came, flattened; it turns no amount into
micros and no instant into a day.
"""

import json
import os
import sys
import tempfile
import time
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

QUIET = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
# https://dlthub.com/docs/reference/performance: bigger buffers, a process per core, COPY from CSV, no compression.
TUNED = {
    "DATA_WRITER__BUFFER_MAX_ITEMS": "50000",
    "EXTRACT__MAX_PARALLEL_ITEMS": "40",
    "NORMALIZE__WORKERS": "2",
    "NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS": "100000",
    "NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION": "true",
    "LOAD__WORKERS": "8",
}
# As `our_sync.py` has it.
TIMES_AGAIN = 3
STREAMS = {"orders": ("orders", "orders__line_items__nodes"), "insights": ("insights",)}


def main(kind: str, server: str, database: str) -> None:
    os.environ |= QUIET | (TUNED if kind == "tuned" else {})
    # Reads its settings from the environment when it is imported.
    import dlt

    with tempfile.TemporaryDirectory(prefix="dlt-bench-") as folder:
        pipelines = {
            name: dlt.pipeline(f"bench_{name}", pipelines_dir=folder, destination=_destination(dlt, database),
                               dataset_name=f"dlt_{name}")
            for name in STREAMS
        }  # fmt: skip
        sources = {"orders": _orders, "insights": _insights}
        took = {name: _load(one, sources[name](server), kind, database) for name, one in pipelines.items()}
        rows = {name: _count(one, STREAMS[name]) for name, one in pipelines.items()}
        again = {
            name: median(_load(one, sources[name](server), kind, database) for _ in range(TIMES_AGAIN))
            for name, one in pipelines.items()
        }
        print(json.dumps({"seconds": took, "rows": rows, "again": again, "peak_mb": _peak_mb()}))


def _destination(dlt, database):
    if database.startswith("sqlite"):
        return dlt.destinations.sqlalchemy(credentials=database)
    # It insists on a password; the server trusts whoever comes.
    return dlt.destinations.postgres(credentials=database.replace("postgres@", "postgres:any@"))


def _orders(server):
    since = datetime.combine(_today() - timedelta(days=89), datetime.min.time(), ZoneInfo("America/New_York"))
    return {
        "client": {"base_url": f"{server}/aurora.myshopify.com/"},
        "resources": [{
            "name": "orders", "primary_key": "id", "write_disposition": "merge",
            "endpoint": {
                "path": "admin/api/2026-10/graphql.json", "method": "POST", "data_selector": "data.orders.nodes",
                "json": {"query": "query Orders",
                         "variables": {"changed": "updated_at:>='{incremental.start_value}'"}},
                "paginator": {"type": "cursor", "cursor_path": "data.orders.pageInfo.endCursor",
                              "cursor_body_path": "variables.after"},
                "incremental": {"cursor_path": "updatedAt", "initial_value": since.isoformat()},
            },
        }],
    }  # fmt: skip


def _insights(server):
    return {
        "client": {"base_url": f"{server}/graph.facebook.com/v26.0/"},
        "resources": [{
            "name": "insights", "primary_key": ["date_start", "campaign_id"], "write_disposition": "merge",
            "endpoint": {
                "path": "act_7010001/insights", "data_selector": "data",
                "params": {"limit": 500, "since": "{incremental.start_value}", "until": str(_today())},
                "paginator": {"type": "json_link", "next_url_path": "paging.next"},
                "incremental": {"cursor_path": "date_start", "initial_value": str(_today() - timedelta(days=89))},
            },
        }],
    }  # fmt: skip


def _load(pipeline, config, kind, database):
    from dlt.sources.rest_api import rest_api_source

    source = rest_api_source(config)
    if kind == "tuned":
        # What it would take apart into tables of its own nobody asked for.
        source.resources[next(iter(source.resources))].max_table_nesting = 2 if "orders" in source.resources else 0
    copy = {"loader_file_format": "csv"} if kind == "tuned" and not database.startswith("sqlite") else {}
    began = time.perf_counter()
    pipeline.run(source, **copy).raise_on_failed_jobs()
    return time.perf_counter() - began


def _count(pipeline, tables):
    with pipeline.sql_client() as client:
        return sum(client.execute_sql(f"SELECT count(*) FROM {client.make_qualified_table_name(table)}")[0][0]
                   for table in tables)  # fmt: skip


def _today():
    return datetime.now(ZoneInfo("America/New_York")).date()


def _peak_mb():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
