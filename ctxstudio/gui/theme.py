"""Colours and fonts of the window: one palette a theme, one role for each model family."""

from __future__ import annotations

from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

# Okabe and Ito's palette, told apart by people with any kind of colour blindness; lightened or darkened until the text
# contrast is at least 4.5:1 on the theme's base. https://jfly.uni-koeln.de/color/
_FAMILIES: Final = {
    "haiku": ("#00795a", "#2fc79a"),
    "sonnet": ("#0065a8", "#5fb4ee"),
    "opus": ("#9a5a00", "#f0a93b"),
    "fable": ("#a8427f", "#e79cc6"),
    "mythos": ("#b04a00", "#f2885a"),
    "inherit": ("#5c6570", "#a3acb8"),
    "unknown": ("#5c6570", "#a3acb8"),
    "context-dependent": ("#6b4fa0", "#b9a3ea"),
}
_ROLES: Final = {
    "warning": ("#8f5d00", "#f0b34a"),
    "error": ("#b3261e", "#ff8a80"),
    "added": ("#0f6b3c", "#7fd6a4"),
    "removed": ("#a3261f", "#f29a92"),
    "added_ground": ("#e3f4e9", "#1d3527"),
    "removed_ground": ("#fbe7e5", "#432525"),
    "muted": ("#5c6570", "#a3acb8"),
    "grid": ("#d5dae0", "#3a4048"),
}

_FLAT: Final = """
QHeaderView { background: palette(window); border: none; }
QHeaderView::section { background: palette(window); border: none; padding: 3px 5px; }
QHeaderView::section:horizontal { border-bottom: 1px solid palette(mid); }
QToolBar { border: none; border-bottom: 1px solid palette(mid); padding: 3px; spacing: 2px; }
QStatusBar { border-top: 1px solid palette(mid); }
QToolButton:checked { background: palette(highlight); color: palette(highlighted-text); border: 1px solid palette(link);
    border-radius: 3px; padding: 2px 6px; }
QToolButton:focus { border: 1px solid palette(link); border-radius: 3px; padding: 2px 6px; }
QToolButton[popupMode="2"]:focus { padding: 1px; }
QTableView { border: none; selection-background-color: palette(highlight); selection-color: palette(highlighted-text); }
"""
"""No gradient, no bevel: Fusion's headers and bars drawn flat, in the palette's colours."""


def is_dark(palette: QtGui.QPalette) -> bool:
    """Whether a palette shows light text on dark ground."""
    return palette.color(QtGui.QPalette.ColorRole.Base).lightness() < 128


def family_color(family: str, palette: QtGui.QPalette) -> QtGui.QColor:
    """The colour that stands for a model family, readable as text on the palette's base."""
    return QtGui.QColor(_FAMILIES.get(family, _FAMILIES["unknown"])[is_dark(palette)])


def role_color(role: str, palette: QtGui.QPalette) -> QtGui.QColor:
    """The colour of a meaning: warning, error, added, removed, added_ground, removed_ground, muted, grid."""
    return QtGui.QColor(_ROLES[role][is_dark(palette)])


def apply(app: QtWidgets.QApplication, name: str) -> None:
    """Give the application a theme.

    Args:
        app: the application.
        name: `light`, `dark`, or `system` for what the desktop asks for.
    """
    app.setStyle("Fusion")
    dark = name == "dark" or (name == "system" and _system_is_dark(app))
    palette = _palette(dark)
    app.setPalette(palette)
    # Fusion draws these frames a little darker than the window: unseen on a dark one. Neither fills its ground.
    palette.setColor(QtGui.QPalette.ColorRole.Window, role_color("muted", palette))
    for kind in ("QCheckBox", "QRadioButton"):
        app.setPalette(palette, kind)  # type: ignore[arg-type]  # PySide's stub says bytes, and takes text only
    app.setStyleSheet(_FLAT)


def _system_is_dark(app: QtWidgets.QApplication) -> bool:
    return app.styleHints().colorScheme() is QtCore.Qt.ColorScheme.Dark


def _palette(dark: bool) -> QtGui.QPalette:
    role = QtGui.QPalette.ColorRole
    colours = {
        role.Window: ("#f3f5f7", "#22262b"),
        role.WindowText: ("#1b1f24", "#e6e9ed"),
        role.Base: ("#ffffff", "#1a1d21"),
        role.AlternateBase: ("#f7f9fb", "#1f2327"),
        role.Text: ("#1b1f24", "#e6e9ed"),
        role.PlaceholderText: ("#68717d", "#8d97a3"),
        role.Button: ("#f3f5f7", "#2a2f35"),
        role.ButtonText: ("#1b1f24", "#e6e9ed"),
        role.ToolTipBase: ("#1b1f24", "#e6e9ed"),
        role.ToolTipText: ("#ffffff", "#1b1f24"),
        role.Highlight: ("#cfe3f7", "#264b6e"),
        role.HighlightedText: ("#0c1116", "#ffffff"),
        role.Link: ("#0065a8", "#5fb4ee"),
        role.Mid: ("#c3cad2", "#3a4048"),
        role.Midlight: ("#dfe4e9", "#30353c"),
        role.Light: ("#ffffff", "#3a4048"),
        role.Dark: ("#9aa4af", "#14171a"),
        role.Shadow: ("#6b7480", "#0c0e10"),
        role.BrightText: ("#ffffff", "#ffffff"),
        role.Accent: ("#0065a8", "#5fb4ee"),
    }
    palette = QtGui.QPalette()
    for name, pair in colours.items():
        palette.setColor(name, QtGui.QColor(pair[dark]))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QtGui.QPalette.ColorGroup.Disabled, name, QtGui.QColor(("#8b95a1", "#6f7883")[dark]))
    return palette
