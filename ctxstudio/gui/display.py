"""Whether a window can be shown here, found out before Qt would abort the process."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path

_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
}
"""Debian's package of each library that Qt needs and its wheel does not bring."""

_LIBRARY = re.compile(r"[\w+.-]+\.so[.\d]*")


def missing_library() -> str:
    """What keeps Qt from being loaded, as a sentence; empty if nothing does."""
    try:
        from PySide6 import QtGui, QtSvg, QtWidgets  # noqa: F401  # loading them is the test
    except ImportError as error:
        return _sentence(str(error))
    return ""


def no_display() -> str:
    """Why no window can be shown, as a sentence; empty if one can. Needs Qt to be loadable."""
    wanted = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if sys.platform != "linux" or wanted not in ("", "xcb"):
        return ""
    if not wanted and os.environ.get("WAYLAND_DISPLAY"):
        return ""
    if not os.environ.get("DISPLAY"):
        return "there is no display (DISPLAY and WAYLAND_DISPLAY are not set)"
    return _missing_for_x11() or _unreachable()


def _missing_for_x11() -> str:
    """Qt's X11 plugin is loaded by hand, for the loader's message names the library."""
    import PySide6

    plugin = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    try:
        if plugin.is_file():
            ctypes.CDLL(str(plugin))
    except OSError as error:
        return _sentence(str(error))
    return ""


def _unreachable() -> str:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        return _sentence(str(error))
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return f"the display {os.environ['DISPLAY']} does not answer" if failed else ""


def _sentence(error: str) -> str:
    found = _LIBRARY.search(error)
    if found is None or "cannot open shared object" not in error:
        return f"Qt cannot be loaded: {error}"
    package = _PACKAGES.get(found[0])
    advice = f"; on Debian and Ubuntu: apt install {package}" if package else ""
    return f"the system library {found[0]} is missing{advice}"
