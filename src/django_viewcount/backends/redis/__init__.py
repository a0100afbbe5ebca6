"""Counting in Redis or Valkey."""

from __future__ import annotations

from .backend import RedisBackend

__all__ = ["RedisBackend"]
