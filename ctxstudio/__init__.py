"""ctxstudio: a desktop policy editor for directories of Claude agent files."""

__version__ = "0.1.0"
