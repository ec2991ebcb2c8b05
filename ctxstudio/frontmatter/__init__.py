"""Text and YAML: splits a file's frontmatter, parses on demand, patches by the smallest splice. Knows no agents."""

from ctxstudio.frontmatter.block import MISSING, Block
from ctxstudio.frontmatter.document import Document
from ctxstudio.frontmatter.splice import Path, Place

__all__ = ["MISSING", "Block", "Document", "Path", "Place"]
