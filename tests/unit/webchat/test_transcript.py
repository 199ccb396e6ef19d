"""The transcript these tests use keeps the promises of a real one."""

from __future__ import annotations

import pytest

from tests.memory_transcript import MemoryTranscript
from tests.transcript_promises import TranscriptPromises


class TestMemoryTranscript(TranscriptPromises):
    @pytest.fixture
    def transcript(self) -> MemoryTranscript:
        return MemoryTranscript()
