"""Making, copying and renaming an agent: its name and where its file goes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import PurePosixPath

from PySide6 import QtCore, QtWidgets

from ctxstudio.gui import labels, text
from ctxstudio.storage import agent_files


class AgentFileDialog(QtWidgets.QDialog):
    """Asks for a name, and shows the path that comes of it, live.

    Signals:
        confirmed: (str name, str path) what was chosen.
    """

    confirmed = QtCore.Signal(str, str)

    def __init__(
        self,
        title: str,
        verb: str,
        *,
        name: str,
        folder: str,
        taken: Collection[str],
        namesakes: Callable[[str], Sequence[str]],
        own: str = "",
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """Args:
        title: of the window.
        verb: what the button says.
        name: the name that stands there at first.
        folder: where the file goes, relative to the opened directory.
        taken: paths that are in use.
        namesakes: the paths of the agents of a name.
        own: path of the agent that is renamed; empty for a new one.
        """
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setObjectName("agentFileDialog")
        self._taken, self._namesakes, self._own = frozenset(taken) - {own}, namesakes, own
        self._name = QtWidgets.QLineEdit(name)
        self._name.setObjectName("agentNameEdit")
        self._name.selectAll()
        self._folder = QtWidgets.QComboBox()
        self._folder.setObjectName("agentFolderBox")
        self._folder.setEditable(True)
        self._folder.addItems(sorted({"", *(str(PurePosixPath(id).parent).removeprefix(".") for id in taken)}))
        self._folder.setEditText(folder)
        self._keep = QtWidgets.QCheckBox("Rename the file too")
        self._keep.setChecked(bool(own) and PurePosixPath(own).stem == agent_files.file_name(name).removesuffix(".md"))
        self._path = labels.ElidedLabel(QtCore.Qt.TextElideMode.ElideMiddle, muted=True)
        self._fault = labels.plain_label(wrap=True)
        self.form = QtWidgets.QFormLayout()
        self.form.setFieldGrowthPolicy(self.form.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.form.addRow("&Name", self._name)
        if own:
            self.form.addRow("", self._keep)
        else:
            self.form.addRow("F&older", self._folder)
        self.form.addRow("File", self._path)
        buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.StandardButton.Cancel)
        self._do = buttons.addButton(verb, QtWidgets.QDialogButtonBox.ButtonRole.AcceptRole)
        self._do.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QtWidgets.QVBoxLayout(self)
        column.addLayout(self.form)
        column.addWidget(self._fault)
        column.addStretch(1)
        column.addWidget(buttons)
        self.resize(460, self.sizeHint().height())
        self._name.textChanged.connect(self._refresh)
        self._folder.editTextChanged.connect(self._refresh)
        self._keep.toggled.connect(self._refresh)
        self._refresh()

    @property
    def name(self) -> str:
        """The name, without blanks around it."""
        return self._name.text().strip()

    @property
    def path(self) -> str:
        """Where the file goes, relative to the opened directory."""
        if self._own and not self._keep.isChecked():
            return self._own
        folder = str(PurePosixPath(self._own).parent).removeprefix(".") if self._own else self._folder.currentText()
        return agent_files.free_id(folder.strip().strip("/"), self.name, self._taken)

    def _refresh(self) -> None:
        fault = agent_files.name_fault(self.name) or self._folder_fault()
        others = [id for id in self._namesakes(self.name) if id != self._own]
        note = f"The name is also in {', '.join(others[:3])}; only one of several is used." if others else ""
        self._path.show_text(self.path if not fault else "")
        self._fault.setText(text.shown(fault[:1].upper() + fault[1:] + "." if fault else note))
        self._do.setEnabled(not fault)

    def _folder_fault(self) -> str:
        parts = PurePosixPath(self._folder.currentText().strip()).parts
        if self._own or not parts:
            return ""
        if parts[0] == "/" or ".." in parts or "\\" in self._folder.currentText():
            return "the folder must lie inside of the opened directory"
        return "" if all(part.isprintable() for part in parts) else "the folder has control characters in its name"

    def accept(self) -> None:
        name, path = self.name, self.path
        super().accept()
        self.confirmed.emit(name, path)


class NewAgentDialog(AgentFileDialog):
    """The same for a new agent, with template and description.

    Attributes:
        template: content of the chosen template.
        description: what was typed.
    """

    def __init__(
        self,
        templates: Mapping[str, bytes],
        *,
        preferred: str,
        folder: str,
        taken: Collection[str],
        namesakes: Callable[[str], Sequence[str]],
        parent: QtWidgets.QWidget | None = None,
    ) -> None:
        """Args:
        templates: name -> content.
        preferred: the template that is chosen at first.
        folder, taken, namesakes: as for `AgentFileDialog`.
        """
        super().__init__("New agent", "Create", name="", folder=folder, taken=taken, namesakes=namesakes, parent=parent)
        self._templates = templates
        self._template = QtWidgets.QComboBox()
        self._template.setObjectName("agentTemplateBox")
        self._template.addItems(list(templates))
        self._template.setCurrentText(preferred)
        self._description = QtWidgets.QPlainTextEdit()
        self._description.setObjectName("agentDescriptionEdit")
        self._description.setTabChangesFocus(True)
        self._description.setPlaceholderText("What the agent does, and when it is to be used")
        self._description.setFixedHeight(4 * self.fontMetrics().lineSpacing())
        self.form.insertRow(1, "&Description", self._description)
        self.form.insertRow(2, "&Template", self._template)
        self.resize(520, self.sizeHint().height())

    @property
    def template(self) -> bytes:
        """See the class."""
        return self._templates[self._template.currentText()]

    @property
    def description(self) -> str:
        """See the class."""
        return self._description.toPlainText().strip()
