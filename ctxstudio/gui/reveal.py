"""Showing a file outside of the program."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6 import QtCore, QtDBus, QtGui

_SERVICE = "org.freedesktop.FileManager1"


def in_file_manager(path: Path) -> bool:
    """Show a file, selected, in the platform's file manager; whether that could be started."""
    if sys.platform == "darwin":
        return QtCore.QProcess.startDetached("open", ["-R", str(path)])[0]
    if sys.platform == "win32":
        return QtCore.QProcess.startDetached("explorer", [f"/select,{path}"])[0]
    return _by_dbus(path) or QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(str(path.parent)))


def in_editor(path: Path) -> bool:
    """Open a file in the program that the platform has for its kind; whether that could be started."""
    return QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(str(path)))


def _by_dbus(path: Path) -> bool:
    bus = QtDBus.QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    call = QtDBus.QDBusMessage.createMethodCall(_SERVICE, "/org/freedesktop/FileManager1", _SERVICE, "ShowItems")
    call.setArguments([[QtCore.QUrl.fromLocalFile(str(path)).toString()], ""])
    return bus.call(call, QtDBus.QDBus.CallMode.Block, 2000).type() is QtDBus.QDBusMessage.MessageType.ReplyMessage
