"""The open directory: every agent with its saved and its current policy side by side. No Qt."""

from ctxstudio.workspace.outcomes import EditPlan, Taken
from ctxstudio.workspace.workspace import Workspace

__all__ = ["EditPlan", "Taken", "Workspace"]
