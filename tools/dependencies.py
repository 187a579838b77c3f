"""Build hook: the package's dependencies are the first block of requirements.in."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class CustomMetadataHook(MetadataHookInterface):
    """Reads requirements.in up to the line that opens the tools for building and testing."""

    def update(self, metadata: dict) -> None:
        lines = (Path(self.root) / "requirements.in").read_text(encoding="utf-8").splitlines()
        runtime = lines[: lines.index("# building, checking and testing")]
        metadata["dependencies"] = [
            line for line in runtime if line.strip() and not line.startswith("#")
        ]
