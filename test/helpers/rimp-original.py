"""The types, the writer and the reader of RIMP for Python, written anew from its reference: for tests of one file."""

import json
import sys
import uuid
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Dict, List, Optional, get_args, get_origin, get_type_hints


class EventType(str, Enum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    DEBUG = "debug"


def fits(value: Any, declared: Any) -> bool:
    """Whether a value is what a field declares, without turning it into that first."""
    if declared is Any:
        return True
    if get_origin(declared) is dict:
        of_key, of_value = get_args(declared)
        return isinstance(value, dict) and all(fits(k, of_key) and fits(v, of_value) for k, v in value.items())
    if get_args(declared):
        return any(fits(value, one) for one in get_args(declared))
    if declared is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, declared)


class Checked:
    def __post_init__(self) -> None:
        for name, declared in get_type_hints(type(self)).items():
            if not fits(getattr(self, name), declared):
                raise TypeError(f"{name}: expected {declared}, got {getattr(self, name)!r}")


@dataclass
class TelemetryEvent(Checked):
    event_id: str
    timestamp: datetime
    event_type: EventType
    source: str
    message: str
    metadata: Optional[Dict[str, Any]] = None


@dataclass
class TelemetryMetric(Checked):
    metric_id: str
    timestamp: datetime
    name: str
    value: float
    unit: Optional[str] = None
    tags: Optional[Dict[str, str]] = None


@dataclass
class TelemetryData:
    events: List[TelemetryEvent] = field(default_factory=list)
    metrics: List[TelemetryMetric] = field(default_factory=list)


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value.value


class FileStorage:
    def __init__(self, file_path: str) -> None:
        self.file_path = file_path
        self.skipped: List[str] = []

    def store(self, data: TelemetryData) -> None:
        with open(self.file_path, "a") as file:
            for event in data.events:
                file.write(json.dumps({"type": "event", "data": asdict(event)}, default=plain) + "\n")
            for metric in data.metrics:
                file.write(json.dumps({"type": "metric", "data": asdict(metric)}, default=plain) + "\n")

    def retrieve(self) -> TelemetryData:
        found = TelemetryData()
        with open(self.file_path) as file:
            for line in file:
                try:
                    entry = json.loads(line)
                    data = entry["data"]
                    data["timestamp"] = datetime.fromisoformat(data["timestamp"])
                    if entry["type"] == "event":
                        data["event_type"] = EventType(data["event_type"])
                        found.events.append(TelemetryEvent(**data))
                    elif entry["type"] == "metric":
                        found.metrics.append(TelemetryMetric(**data))
                except (KeyError, TypeError, ValueError) as error:
                    self.skipped.append(f"{error}: {line[:200]}")
        return found


def write(storage: FileStorage, count: int) -> None:
    for i in range(count):
        event = TelemetryEvent(str(uuid.uuid4()), datetime.utcnow(), EventType.WARNING, "python", f"né {i}", {"i": i})
        metric = TelemetryMetric(str(uuid.uuid4()), datetime.utcnow(), "python.metric", i / 8, "ms", {"host": "a"})
        storage.store(TelemetryData([event], [metric]))


def main() -> None:
    command, path, *rest = sys.argv[1:]
    storage = FileStorage(path)
    if command == "write":
        write(storage, int(rest[0]))
    elif command == "copy":
        FileStorage(rest[0]).store(storage.retrieve())
    found = storage.retrieve()
    items = {"events": [asdict(e) for e in found.events], "metrics": [asdict(m) for m in found.metrics]}
    print(json.dumps({**items, "skipped": storage.skipped}, default=plain))


main()
