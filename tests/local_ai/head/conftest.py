"""The fixtures of the language model's tests."""

from heads import able

__all__ = ["able"]
